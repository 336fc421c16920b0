#pragma once

#include <cstddef>
#include <string_view>

namespace vit {

/// Whether `text` has the shape of `pattern`, in which `*` stands for any text and `?` for one
/// character. Names of parameters and models are meant, no paths: a dot or slash is a character
/// like any other.
[[nodiscard]] constexpr bool matches_glob(std::string_view pattern, std::string_view text) {
  // Where a star was last met, to let it take one character more: no recursion, so that a hostile
  // pattern costs the product of both lengths at most.
  std::size_t p = 0, t = 0, star = std::string_view::npos, taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace vit
