#pragma once

#include <string_view>

namespace vit {

/// HTML 5's named characters in the order of their names, with a blank behind each: `Aacute=C1 `,
/// `acE;=223E+333 `. The semicolon is there where the name counts only with it.
extern const std::string_view kHtmlEntities;

}  // namespace vit
