#pragma once

#include <string>
#include <string_view>

#include "vit/core/text.h"

/// How much room a UTF-8 text takes in a terminal or a table, and what of it fits.
namespace vit {

/// The columns that a terminal gives to a character: 0 (combining), 1 or 2 (East Asian, emoji).
[[nodiscard]] int character_width(char32_t code);
/// The columns that a terminal gives to a text without control characters.
[[nodiscard]] int display_width(std::string_view text);

/// Cuts the end off, so that the text with its `…` fits into this many columns.
[[nodiscard]] std::string shorten(std::string_view text, int columns);
/// Cuts the middle out, so that start and end of a long name or path stay readable.
[[nodiscard]] std::string shorten_middle(std::string_view text, int columns);

/// Adds spaces up to this many columns, after or before the text.
[[nodiscard]] std::string pad_right(std::string_view text, int columns);
[[nodiscard]] std::string pad_left(std::string_view text, int columns);

}  // namespace vit
