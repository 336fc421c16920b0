#include "vit/report/svg.h"

#include "vit/core/utf8.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"
#include "vit/report/text.h"

namespace vit::svg_text {
namespace {

/// Classes instead of custom properties, as several viewers of SVG files know no var().
constexpr std::string_view kStyle = R"(<style>
.plot{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
.plot text{fill:#57606a}
.plot .title{font-size:14px;font-weight:600;fill:#1f2328}
.plot .grid{stroke:#d8dee4;stroke-width:1}
.plot .axis{stroke:#8c959f;stroke-width:1}
.plot .level{stroke:#8c959f;stroke-width:1.2;stroke-dasharray:5 4}
.plot .line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.plot .faint{stroke-width:1.2;stroke-opacity:.35}
.plot .note{font-size:11.5px;fill:#1f2328;font-weight:600}
.plot .halo{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
.plot .hit{fill:transparent;stroke:none}
.plot .s0{stroke:#0072b2}.plot .f0{fill:#0072b2}
.plot .s1{stroke:#d55e00}.plot .f1{fill:#d55e00}
.plot .s2{stroke:#009e73}.plot .f2{fill:#009e73}
.plot .s3{stroke:#aa4499}.plot .f3{fill:#aa4499}
.plot .s4{stroke:#b8860b}.plot .f4{fill:#b8860b}
.plot .s5{stroke:#4d4d4d}.plot .f5{fill:#4d4d4d}
.plot rect{shape-rendering:crispEdges}
.plot .right{fill:#0072b2}.plot .wrong{fill:#d55e00}
.plot text.low{fill:#1f2328}.plot text.high{fill:#fff}
.plot .frame{fill:none;stroke:#d8dee4}
@media screen and (prefers-color-scheme:dark){
.plot text{fill:#9da7b3}.plot .title,.plot .note{fill:#e6edf3}
.plot .grid,.plot .frame{stroke:#30363d}.plot .axis,.plot .level{stroke:#6e7681}
.plot .halo{stroke:#161b22}
.plot .s0{stroke:#56b4e9}.plot .f0,.plot .right{fill:#56b4e9}
.plot .s1{stroke:#ff9e4a}.plot .f1,.plot .wrong{fill:#ff9e4a}
.plot .s2{stroke:#2fd3a2}.plot .f2{fill:#2fd3a2}
.plot .s3{stroke:#e39ad3}.plot .f3{fill:#e39ad3}
.plot .s4{stroke:#f0e442}.plot .f4{fill:#f0e442}
.plot .s5{stroke:#c9d1d9}.plot .f5{fill:#c9d1d9}
.plot text.low{fill:#e6edf3}.plot text.high{fill:#0d1117}
}
</style>
)";

}  // namespace

std::string px(double value) {
  std::string text = fixed(value, 2);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text;
}

std::string label(double x, double y, std::string_view text, Anchor anchor, std::string_view more) {
  std::string result = "<text x=\"" + px(x) + "\" y=\"" + px(y) + "\"";
  if (anchor != Anchor::start)
    result += anchor == Anchor::middle ? " text-anchor=\"middle\"" : " text-anchor=\"end\"";
  if (!more.empty()) result += " " + std::string(more);
  return result + ">" + html_text(text) + "</text>\n";
}

double text_width(std::string_view text, double font_size) {
  double ems = 0;
  const std::string shown = visible(text);
  for (std::string_view rest = shown; !rest.empty();) {
    const Character next = first_character(rest);
    const bool wide_letter = (next.code >= 'A' && next.code <= 'Z') || next.code == 'm' ||
                             next.code == 'w' || next.code == '%' || next.code == '@';
    ems += wide_letter ? 0.74 : 0.57 * character_width(next.code);
    rest.remove_prefix(next.bytes);
  }
  return ems * font_size;
}

std::string open(double width, double height, std::string_view name) {
  const std::string w = px(width), h = px(height);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" role=\"img\" aria-label=\"" +
         html_text(name) + "\" width=\"" + w + "\" height=\"" + h + "\" viewBox=\"0 0 " + w + " " +
         h + "\">\n" + std::string(kStyle);
}

}  // namespace vit::svg_text
