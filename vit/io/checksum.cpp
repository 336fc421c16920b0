#include "vit/io/checksum.h"

#include <zlib.h>

#include <array>

#include "vit/core/hex.h"

namespace vit {

void Crc32::update(std::span<const std::byte> bytes) noexcept {
  if (bytes.empty()) return;  // zlib takes a null pointer for a request to start anew
  value_ = static_cast<std::uint32_t>(
      crc32_z(value_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

std::string Crc32::hex() const {
  const std::array<unsigned char, 4> big_endian{
      static_cast<unsigned char>(value_ >> 24), static_cast<unsigned char>(value_ >> 16),
      static_cast<unsigned char>(value_ >> 8), static_cast<unsigned char>(value_)};
  return hex_digits(std::span<const unsigned char>(big_endian));
}

std::uint32_t crc32_of(std::span<const std::byte> bytes) noexcept {
  Crc32 sum;
  sum.update(bytes);
  return sum.value();
}

}  // namespace vit
