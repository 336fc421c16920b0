#pragma once

#include <cstdint>

namespace vit {

/// Luma of ITU-R 601-2 in fixed point, as Pillow's convert("L").
[[nodiscard]] inline std::uint8_t luma(const std::uint8_t* rgb) {
  return static_cast<std::uint8_t>((rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >>
                                   16);
}

}  // namespace vit
