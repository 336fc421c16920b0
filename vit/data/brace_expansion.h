#pragma once

#include <string>
#include <vector>

namespace vit {

/// The words that bash makes of `pattern`, in its order: lists `{a,b}`, ranges `{000..099}`,
/// `{9..1..2}`, `{a..e}`, several and nested; braces that are neither stay as they are, as does
/// what follows a backslash. Throws Error (usage) where there would be more than a million, or
/// braces are nested deeper than 32.
[[nodiscard]] std::vector<std::string> expand_braces(const std::string& pattern);

}  // namespace vit
