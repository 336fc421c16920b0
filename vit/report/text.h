#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// UTF-8 text from users (class names, paths, configs) made fit for a terminal, a table or a page.
namespace vit {

/// The first character of a UTF-8 text. A byte that starts no valid sequence comes by itself.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = true;
};
[[nodiscard]] Character first_character(std::string_view text);  // text isn't empty

/// The columns that a terminal gives to a character: 0 (combining), 1 or 2 (East Asian, emoji).
[[nodiscard]] int character_width(char32_t code);
/// The columns that a terminal gives to a text without control characters.
[[nodiscard]] int display_width(std::string_view text);

/// The text with everything that could steer a terminal or hide in a line made visible: `\n`,
/// `\x1b` for control characters and bytes that are no UTF-8, `\u202e` for marks that turn the
/// writing direction.
[[nodiscard]] std::string visible(std::string_view text);

/// Cuts the end off, so that the text with its `…` fits into this many columns.
[[nodiscard]] std::string shorten(std::string_view text, int columns);
/// Cuts the middle out, so that start and end of a long name or path stay readable.
[[nodiscard]] std::string shorten_middle(std::string_view text, int columns);

/// Adds spaces up to this many columns, after or before the text.
[[nodiscard]] std::string pad_right(std::string_view text, int columns);
[[nodiscard]] std::string pad_left(std::string_view text, int columns);

}  // namespace vit
