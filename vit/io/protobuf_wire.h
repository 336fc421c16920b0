#pragma once

#include <bit>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// The protobuf wire format, as far as writing needs it: a message is the concatenation of its
/// fields (https://protobuf.dev/programming-guides/encoding).
namespace vit::protobuf {

/// The bytes of a number from the lowest to the highest.
template <std::unsigned_integral T>
[[nodiscard]] std::string little_endian(T value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof value; ++i)
    bytes += static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i)));
  return bytes;
}

[[nodiscard]] inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7)
    bytes += static_cast<char>(static_cast<std::uint8_t>(value | 0x80));
  return bytes + static_cast<char>(value);
}

[[nodiscard]] inline std::string int_field(std::uint32_t number, std::int64_t value) {
  return varint(number << 3) + varint(static_cast<std::uint64_t>(value));
}
[[nodiscard]] inline std::string double_field(std::uint32_t number, double value) {
  return varint(number << 3 | 1) + little_endian(std::bit_cast<std::uint64_t>(value));
}
[[nodiscard]] inline std::string float_field(std::uint32_t number, float value) {
  return varint(number << 3 | 5) + little_endian(std::bit_cast<std::uint32_t>(value));
}
/// Text, bytes, or a message inside a message.
[[nodiscard]] inline std::string bytes_field(std::uint32_t number, std::string_view bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}
/// A repeated field of doubles.
[[nodiscard]] inline std::string packed_field(std::uint32_t number,
                                              std::span<const double> values) {
  std::string bytes;
  for (const double value : values) bytes += little_endian(std::bit_cast<std::uint64_t>(value));
  return bytes_field(number, bytes);
}

}  // namespace vit::protobuf
