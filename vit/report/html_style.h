#pragma once

#include <string_view>

namespace vit {

/// The style sheet of html_report.
[[nodiscard]] std::string_view html_style();

}  // namespace vit
