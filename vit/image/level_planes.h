#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vit {

/// The number that each grey level becomes.
using LevelTable = std::array<float, 256>;

/// out[c * pixels + i] = tables[c][rgb[3 * i + c]]: interleaved colours to planes of numbers.
void levels_to_planes(const std::uint8_t* rgb, std::size_t pixels,
                      const std::array<LevelTable, 3>& tables, float* out);

/// The same one by one: what tests compare with.
void levels_to_planes_portable(const std::uint8_t* rgb, std::size_t pixels,
                               const std::array<LevelTable, 3>& tables, float* out);

}  // namespace vit
