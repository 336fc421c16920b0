#pragma once

#include <string>
#include <string_view>

namespace vit {

/// Replaces HTML's character references (`&eacute;`, `&#233;`, `&#xE9;`, `&amp` too) in well-formed
/// UTF-8 by what they name, by the rules of HTML 5 as Python's html.unescape() has them.
[[nodiscard]] std::string html_unescape(std::string_view text);

}  // namespace vit
