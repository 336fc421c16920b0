#pragma once

#include <cstddef>
#include <string_view>

namespace vit {

/// A part of a text: a word as CLIP's pattern finds it, or a blank between words.
struct ClipWord {
  std::size_t length = 0;
  bool is_blank = false;
};

/// What begins at `at` of well-formed UTF-8, by the pattern of CLIP's tokenizer:
/// `'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+`.
[[nodiscard]] ClipWord clip_word_at(std::string_view text, std::size_t at);

/// How many bytes of `text` at `at` are `word`, in small letters, when case does not count; 0 where
/// they are not. ſ is an s then: of the letters in contractions and specials only that has a
/// double.
[[nodiscard]] std::size_t length_in_any_case(std::string_view text, std::size_t at,
                                             std::string_view word);

/// The contraction that begins at `at`, in any case; 0 where there is none.
[[nodiscard]] std::size_t contraction_in_any_case(std::string_view text, std::size_t at);

}  // namespace vit
