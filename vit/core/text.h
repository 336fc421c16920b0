#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

/// Foreign text (names out of files, class names, captions, configs) made fit to be shown. It
/// reaches terminal, table and page only through here, so it cannot move a cursor, colour a line,
/// turn the writing direction or flood a screen.
namespace vit {

/// The text with everything that could steer a terminal or hide in a line escaped: `\n`, `\x1b` for
/// control characters and bytes that are no UTF-8, `\u202e` for separators of lines and marks that
/// turn the writing direction. Nothing is cut: tables and pages cut by columns (report/text.h).
[[nodiscard]] std::string visible(std::string_view text);

/// `text` as it may stand in a message: visible, and the middle left out where it is longer than
/// `max_bytes`. No character is cut in two.
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 200);
/// The same for a path.
[[nodiscard]] std::string printable_path(const std::filesystem::path& path);

/// `printable` between double quotes, with `"` and `\` within escaped by `\`.
[[nodiscard]] std::string in_quotes(std::string_view text, std::size_t max_bytes = 200);

}  // namespace vit
