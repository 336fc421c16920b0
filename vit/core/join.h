#pragma once

#include <string>
#include <string_view>

#include "vit/core/str.h"

namespace vit {

/// The items, as `str` prints each, with `between` between them.
template <class Items>
[[nodiscard]] std::string joined(const Items& items, std::string_view between = ", ") {
  std::string text;
  bool first = true;
  for (const auto& item : items) {
    if (!first) text += between;
    text += str(item);
    first = false;
  }
  return text;
}

/// A tensor's shape as messages have it: `[2, 3]`.
template <class Sizes>
[[nodiscard]] std::string shape_text(const Sizes& shape) {
  return str('[', joined(shape), ']');
}

}  // namespace vit
