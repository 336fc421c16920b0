#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// What tokenizers ask of Unicode, by ICU.
namespace vit::unicode {

inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  ///< U+FFFD

/// The code point at `at` of well-formed UTF-8; `at` moves behind it.
[[nodiscard]] char32_t next(std::string_view text, std::size_t& at);
/// Appends a code point as UTF-8; what is none (surrogates, beyond U+10FFFF) as U+FFFD.
void append(std::string& text, char32_t point);

/// `bytes` with U+FFFD for each part that is no UTF-8: the longest that could begin a character, or
/// one byte (Unicode 15, section 3.9, as Python's "replace" has it).
[[nodiscard]] std::string well_formed(std::string_view bytes);

[[nodiscard]] bool is_letter(char32_t point);  ///< \p{L}
[[nodiscard]] bool is_number(char32_t point);  ///< \p{N}
[[nodiscard]] bool is_space(char32_t point);   ///< White_Space, the \s of regular expressions

/// Normalisation form C of well-formed UTF-8. Characters of a later Unicode than `newest` are left
/// as they are and keep apart what is around them, as to a program of that time.
[[nodiscard]] std::string to_nfc(std::string_view text, int newest = 255);

/// Normalisation form KC of well-formed UTF-8.
[[nodiscard]] std::string to_nfkc(std::string_view text);

/// What becomes of Σ, the one letter whose lower case depends on its place.
enum class Sigma {
  by_place,  ///< ς at the end of a word: Python's str.lower()
  plain,     ///< always σ: the tokenizers library, which lowers each character by itself
};
/// Well-formed UTF-8 in lower case, in no particular language.
[[nodiscard]] std::string to_lower(std::string_view text, Sigma sigma);

}  // namespace vit::unicode
