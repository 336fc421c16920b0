#pragma once

#include <string>

#include "vit/report/run_report.h"

/// A page and its sections, each "" where there is nothing to say.
namespace vit::html_parts {

/// A whole page around `body`: it needs nothing else, follows the reader's light or dark scheme,
/// fits narrow screens, and can be printed. `title` may be any text.
[[nodiscard]] std::string page(const std::string& title, const std::string& body);
[[nodiscard]] std::string key_figures(const RunReport& report);
[[nodiscard]] std::string curves(const RunReport& report);
[[nodiscard]] std::string section(const Section& section);
[[nodiscard]] std::string classes(const ConfusionMatrix& matrix);
[[nodiscard]] std::string samples(const std::vector<ReportSample>& samples);
[[nodiscard]] std::string gallery(const Gallery& gallery);
[[nodiscard]] std::string bars(const Bars& bars);
[[nodiscard]] std::string table(const Table& table);
[[nodiscard]] std::string facts(const KeyFigures& figures);
/// A chart as wide screens show it, and as phones do: reduced to their width, the first one's texts
/// could not be read.
[[nodiscard]] std::string chart_card(LineChart chart);

/// A name in at most `columns` columns; where its middle is left out, a hover shows more of it.
[[nodiscard]] std::string short_name(const std::string& name, int columns = 40);
/// An image inside the page. Large ones are reduced to this longest side: a page should not weigh
/// as much as a data set.
[[nodiscard]] std::string data_uri(const Image& image, int longest_side);
/// A bar of 100 * share percent; `kind` is a class of the style sheet.
[[nodiscard]] std::string bar(double share, const char* kind = "bar");

}  // namespace vit::html_parts
