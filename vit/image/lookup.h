#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "vit/image/image.h"

/// Changes of each sample by its value alone; every bit as Pillow's ImageOps and torchvision's
/// functions on Pillow pictures.
namespace vit {

using LookupTable = std::array<std::uint8_t, 256>;

/// Each sample becomes table[sample].
[[nodiscard]] Image look_up(const Image& image, const LookupTable& table);
/// Each channel has a table of its own; up to four.
[[nodiscard]] Image look_up(const Image& image, const std::array<LookupTable, 4>& tables);

[[nodiscard]] Image invert(const Image& image);
/// Inverts the samples at and above `threshold` (0 to 256).
[[nodiscard]] Image solarize(const Image& image, double threshold);
/// Adds to the samples below `threshold`, up to white.
[[nodiscard]] Image solarize_add(const Image& image, int added, int threshold = 128);
/// Keeps the upper `bits` (0 to 8) of each sample.
[[nodiscard]] Image posterize(const Image& image, int bits);
/// Stretches each channel to 0 … 255.
[[nodiscard]] Image autocontrast(const Image& image);
/// Makes each channel's histogram even.
[[nodiscard]] Image equalize(const Image& image);
/// 255 gain (v / 255)^gamma.
[[nodiscard]] Image adjust_gamma(const Image& image, double gamma, double gain = 1);

/// to[i] = tables[i % tables.size()][from[i]]: one table for all samples, or one for each channel,
/// up to four.
void look_up_samples(std::span<const std::uint8_t> from, std::span<const LookupTable> tables,
                     std::uint8_t* to);

/// The same one by one: what tests compare with.
void look_up_samples_portable(std::span<const std::uint8_t> from,
                              std::span<const LookupTable> tables, std::uint8_t* to);

}  // namespace vit
