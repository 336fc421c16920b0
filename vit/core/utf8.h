#pragma once

#include <cstddef>
#include <string_view>

namespace vit {

/// The length of the UTF-8 character at `at`, or 0 where there is none (Unicode 15, table 3-7).
[[nodiscard]] std::size_t utf8_length(std::string_view bytes, std::size_t at);

[[nodiscard]] bool is_utf8(std::string_view bytes);

/// The first character of a text. A byte that starts none comes by itself, as U+FFFD.
struct Character {
  char32_t code = 0;
  std::size_t bytes = 1;
  bool valid = true;
};
[[nodiscard]] Character first_character(std::string_view text);  // text isn't empty

}  // namespace vit
