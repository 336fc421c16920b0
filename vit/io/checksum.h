#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace vit {

/// CRC-32 as in zip, gzip and PNG, of bytes that come in pieces. It finds accidents, not attacks:
/// against those there is DigestSum.
class Crc32 {
 public:
  void update(std::span<const std::byte> bytes) noexcept;
  [[nodiscard]] std::uint32_t value() const noexcept { return value_; }
  /// Eight lower-case hexadecimal digits.
  [[nodiscard]] std::string hex() const;

 private:
  std::uint32_t value_ = 0;
};

[[nodiscard]] std::uint32_t crc32_of(std::span<const std::byte> bytes) noexcept;

}  // namespace vit
