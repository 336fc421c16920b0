#pragma once

#include <bit>
#include <cstddef>
#include <cstring>
#include <span>
#include <type_traits>

namespace vit {

static_assert(std::endian::native == std::endian::little, "the file formats are little-endian");

/// The little-endian number that `bytes` hold at `offset`, which the caller has checked.
template <class Number>
[[nodiscard]] Number number_at(std::span<const std::byte> bytes, std::size_t offset) {
  static_assert(std::is_trivially_copyable_v<Number>);
  Number number;
  std::memcpy(&number, bytes.data() + offset, sizeof(number));
  return number;
}

}  // namespace vit
