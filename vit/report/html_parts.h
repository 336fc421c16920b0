#pragma once

#include <string>

#include "vit/report/run_report.h"

/// The sections of html_report, each "" where the run says nothing of it.
namespace vit::html_parts {

[[nodiscard]] std::string key_figures(const RunReport& report);
[[nodiscard]] std::string curves(const RunReport& report);
[[nodiscard]] std::string classes(const ConfusionMatrix& matrix);
[[nodiscard]] std::string samples(const std::vector<ReportSample>& samples);

/// A name in at most `columns` columns; where its middle is left out, a hover shows more of it.
[[nodiscard]] std::string short_name(const std::string& name, int columns = 40);
/// A bar of 100 * share percent; `kind` is a class of the style sheet.
[[nodiscard]] std::string bar(double share, const char* kind = "bar");
[[nodiscard]] std::string percent(double value, int decimals);

}  // namespace vit::html_parts
