#include <algorithm>

#include "vit/core/str.h"
#include "vit/report/html_parts.h"
#include "vit/report/markup.h"
#include "vit/report/number.h"
#include "vit/report/text.h"

namespace vit::html_parts {
namespace {

std::string about(const std::string& sentence) {
  return sentence.empty() ? "" : "<p class=\"soft small\">" + html_text(sentence) + "</p>\n";
}

struct Body {
  std::string operator()(const KeyFigures& figures) const {
    return "<div class=\"facts\">" + facts(figures) + "</div>\n";
  }
  std::string operator()(const LineChart& chart) const {
    return "<div class=\"charts\">" + chart_card(chart) + "</div>\n";
  }
  std::string operator()(const Table& rows) const { return table(rows); }
  std::string operator()(const ConfusionMatrix& matrix) const { return classes(matrix); }
  std::string operator()(const ClassifiedSamples& shown) const { return samples(shown.samples); }
  std::string operator()(const Gallery& images) const { return gallery(images); }
  std::string operator()(const Bars& all) const { return bars(all); }
  std::string operator()(const Html& html) const { return html.text; }
};

}  // namespace

std::string gallery(const Gallery& gallery) {
  constexpr int kLongestSide = 640;  // twice what is shown, for dense screens
  std::string cards;
  for (const Gallery::Item& item : gallery.items)
    cards += str("<div class=\"card sample\"><img style=\"width:100%;height:auto\" alt=\"",
                 html_text(shorten_middle(visible(item.caption), 80)), "\" title=\"",
                 html_text(shorten_middle(visible(item.source), 300)), "\" src=\"",
                 data_uri(item.image, kLongestSide), "\"><div class=\"truth\">",
                 short_name(item.caption, 240), "</div></div>\n");
  if (cards.empty()) return {};
  return about(gallery.about) +
         "<div class=\"samples\" style=\"grid-template-columns:"
         "repeat(auto-fill,minmax(min(300px,100%),1fr))\">" +
         cards + "</div>\n";
}

std::string bars(const Bars& bars) {
  std::string rows;
  for (const auto& [name, value] : bars.bars)
    rows += str("<tr><td>", short_name(name), "</td><td class=\"n\">", percent(value, 1),
                "</td><td style=\"width:50%\">", bar(value / 100), "</td></tr>\n");
  return rows.empty()
             ? ""
             : about(bars.about) + "<div class=\"card\"><table>" + rows + "</table></div>\n";
}

std::string table(const Table& table) {
  std::string out = "<div class=\"card wide\"><table><tr>";
  for (std::size_t column = 0; column < table.header.size(); ++column) {
    const bool numbers = std::any_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
      return column < row.size() && parse_number(row[column]).has_value();
    });
    out += (numbers ? "<th class=\"n\">" : "<th>") +
           html_text(shorten_middle(visible(table.header[column]), 60)) + "</th>";
  }
  out += "</tr>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (const std::string& cell : row)
      out += str(parse_number(cell) ? "<td class=\"n\">" : "<td>",
                 html_text(shorten_middle(visible(cell), 120)), "</td>");
    out += "</tr>\n";
  }
  return out + "</table></div>\n";
}

std::string section(const Section& section) {
  std::string body = std::visit(Body(), section.body);
  if (body.empty() || section.title.empty()) return body;
  return "<h2>" + html_text(shorten_middle(visible(section.title), 120)) + "</h2>\n" + body;
}

}  // namespace vit::html_parts
