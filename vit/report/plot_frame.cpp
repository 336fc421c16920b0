#include "vit/report/plot_frame.h"

#include <algorithm>

#include "vit/report/svg.h"

namespace vit::svg_text {

std::string y_grid(const PlotFrame& frame, const Axis& y) {
  std::string out;
  for (const Tick& tick : y.ticks) {
    const double at =
        frame.bottom - std::clamp(y.position(tick.value), -0.02, 1.02) * (frame.bottom - frame.top);
    out += "<path class=\"grid\" d=\"M" + px(frame.left) + " " + px(at) + "H" + px(frame.right) +
           "\"/>";
    out += label(frame.left - 8, at + 4, tick.label, Anchor::end);
  }
  return out;
}

std::string axis_names(const PlotFrame& frame, double height, const std::string& x_label,
                       const std::string& y_label) {
  std::string out = "<path class=\"axis\" d=\"M" + px(frame.left) + " " + px(frame.bottom) + "H" +
                    px(frame.right) + "\"/>\n";
  out += label((frame.left + frame.right) / 2, height - 8, x_label, Anchor::middle);
  const double middle = (frame.top + frame.bottom) / 2;
  out +=
      label(14, middle, y_label, Anchor::middle, "transform=\"rotate(-90 14 " + px(middle) + ")\"");
  return out;
}

}  // namespace vit::svg_text
