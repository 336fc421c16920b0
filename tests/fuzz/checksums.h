#pragma once

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace vit::fuzz {

/// A PNG file whose chunks have the checksums that belong to them: no fuzzer would find those.
inline std::vector<std::uint8_t> with_png_checksums(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kSignature = 8, kFrame = 12;
  std::vector<std::uint8_t> png(bytes.begin(), bytes.end());
  const auto big32 = [&](std::size_t at) {
    return std::size_t{png[at]} << 24 | png[at + 1] << 16 | png[at + 2] << 8 | png[at + 3];
  };
  for (std::size_t at = kSignature; at + kFrame <= png.size();) {
    const std::size_t length = big32(at);
    if (length > png.size() - at - kFrame) break;
    const auto sum = crc32(0, &png[at + 4], static_cast<uInt>(length + 4));
    for (std::size_t i = 0; i < 4; ++i)
      png[at + 8 + length + i] = static_cast<std::uint8_t>(sum >> (24 - 8 * i));
    at += kFrame + length;
  }
  return png;
}

/// A tar archive with sound checksums, likewise.
inline std::vector<std::uint8_t> with_tar_checksums(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t kBlock = 512, kSum = 148, kDigits = 8;
  std::vector<std::uint8_t> tar(bytes.begin(), bytes.end());
  for (std::size_t at = 0; at + kBlock <= tar.size(); at += kBlock) {
    if (std::memcmp(&tar[at + 257], "ustar", 5) != 0) continue;  // what is in the files
    std::memset(&tar[at + kSum], ' ', kDigits);
    unsigned sum = 0;
    for (std::size_t i = 0; i < kBlock; ++i) sum += tar[at + i];
    char digits[kDigits];
    std::snprintf(digits, sizeof digits, "%06o", sum);
    std::memcpy(&tar[at + kSum], digits, kDigits);
  }
  return tar;
}

}  // namespace vit::fuzz
