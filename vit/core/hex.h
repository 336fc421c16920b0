#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>

namespace vit {

inline constexpr char kHexDigits[] = "0123456789abcdef";

/// A byte as two lower-case hexadecimal digits.
[[nodiscard]] inline std::string hex_byte(unsigned char byte) {
  return {kHexDigits[byte >> 4], kHexDigits[byte & 15]};
}

/// Bytes as lower-case hexadecimal digits, two each.
template <class Byte>
[[nodiscard]] std::string hex_digits(std::span<const Byte> bytes) {
  static_assert(sizeof(Byte) == 1);
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const Byte byte : bytes) out += hex_byte(static_cast<unsigned char>(byte));
  return out;
}

}  // namespace vit
