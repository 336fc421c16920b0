#include "vit/image/enhance.h"

#include <algorithm>
#include <array>

#include "vit/core/error.h"
#include "vit/image/lookup.h"
#include "vit/image/luma.h"
#include "vit/image/vectorised.h"

namespace vit {
namespace {

/// One sample of a blend: cut to a whole number, then clipped.
VIT_INLINE std::uint8_t blend_sample(int first, int second, float factor) {
  const float value = static_cast<float>(first) + factor * static_cast<float>(second - first);
  const int whole = static_cast<int>(value);
  return static_cast<std::uint8_t>(whole < 0 ? 0 : whole > 255 ? 255 : whole);
}

VIT_INLINE void blend_samples(const std::uint8_t* a, const std::uint8_t* b, std::size_t count,
                              float share, std::uint8_t* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = blend_sample(a[i], b[i], share);
}

/// Beyond a million, all that differs is black or white already.
float bounded(double factor) { return static_cast<float>(std::clamp(factor, -1e6, 1e6)); }

/// A blend of one level with every sample.
Image blend_level(int level, const Image& image, double factor) {
  if (factor == 1) return image;
  LookupTable table;
  for (int value = 0; value < 256; ++value)
    table[static_cast<std::size_t>(value)] = blend_sample(level, value, bounded(factor));
  return look_up(image, table);
}

/// What is done to a few pixels at a time, so that what lies between the steps stays in the cache.
constexpr std::size_t kBlock = 1024;

// Loops stand in functions of their own: their pointers are then known to be no part of what is
// written.

VIT_INLINE void luma_of(const std::uint8_t* rgb, std::size_t count, std::uint8_t* to) {
  for (std::size_t i = 0; i < count; ++i) to[i] = luma(rgb + 3 * i);
}

VIT_INLINE std::uint32_t sum_of(const std::uint8_t* levels, std::size_t count) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += levels[i];
  return sum;
}

/// Calls `use(first, count, levels)` for stretches of pixels, with the luma of each.
template <class Use>
void for_each_luma(const Image& image, const Use& use) {
  const std::size_t pixels = image.pixels.size() / 3;
  std::array<std::uint8_t, kBlock> levels;
  for (std::size_t first = 0; first < pixels; first += kBlock) {
    const std::size_t count = std::min(kBlock, pixels - first);
    const std::uint8_t* const from = image.pixels.data() + 3 * first;
    std::uint8_t* const to = levels.data();
    vectorised([=]() VIT_INLINED { luma_of(from, count, to); });
    use(first, count, to);
  }
}

/// Grey levels as colours.
VIT_INLINE void repeat(const std::uint8_t* levels, std::size_t count, std::uint8_t* to) {
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t c = 0; c < 3; ++c) to[3 * i + c] = levels[i];
}

int mean_luma(const Image& image) {
  std::int64_t sum = 0;
  for_each_luma(image, [&](std::size_t, std::size_t count, const std::uint8_t* levels) {
    vectorised([&]() VIT_INLINED { sum += sum_of(levels, count); });
  });
  const std::size_t count = image.pixels.size() / 3;
  return static_cast<int>(static_cast<double>(sum) / static_cast<double>(count) + 0.5);
}

/// (sum of the eight neighbours + 5 times the sample) / 13, rounded; no halves occur. `in` is a row
/// of `end` samples, of which the first and last `channels` stay.
VIT_INLINE void smooth_row(const std::uint8_t* in, std::size_t end, std::size_t channels,
                           std::uint8_t* __restrict out) {
  const std::uint8_t* const above = in - end;
  const std::uint8_t* const below = in + end;
  for (std::size_t i = channels; i < end - channels; ++i) {
    const std::size_t left = i - channels, right = i + channels;
    const unsigned sum = above[left] + above[i] + above[right] + in[left] + 5U * in[i] + in[right] +
                         below[left] + below[i] + below[right];
    // A thirteenth by 16-bit numbers: 5042 / 65536 is near enough for all sums there are.
    const auto rounded = static_cast<std::uint16_t>(sum + 6);
    out[i] = static_cast<std::uint8_t>((rounded * 5042U) >> 16);
  }
}

Image smooth(const Image& image) {
  Image result = image;
  if (image.width < 3 || image.height < 3) return result;
  const auto channels = static_cast<std::size_t>(image.channels);
  for (int y = 1; y + 1 < image.height; ++y)
    vectorised([&]() VIT_INLINED {
      smooth_row(image.row(y), image.row_bytes(), channels, result.row(y));
    });
  return result;
}

}  // namespace

Image blend(const Image& first, const Image& second, double factor) {
  VIT_ASSERT(first.pixels.size() == second.pixels.size());
  if (factor == 0) return first;
  if (factor == 1) return second;
  Image result(first.width, first.height, first.channels);
  const std::uint8_t* const a = first.pixels.data();
  const std::uint8_t* const b = second.pixels.data();
  std::uint8_t* const out = result.pixels.data();
  const std::size_t count = result.pixels.size();
  const float share = bounded(factor);
  vectorised([=]() VIT_INLINED { blend_samples(a, b, count, share, out); });
  return result;
}

Image to_grey(const Image& image) {
  VIT_ASSERT(image.channels == 3, image.channels);
  Image result(image.width, image.height);
  for_each_luma(image, [&](std::size_t first, std::size_t count, const std::uint8_t* levels) {
    std::uint8_t* const to = result.pixels.data() + 3 * first;
    vectorised([=]() VIT_INLINED { repeat(levels, count, to); });
  });
  return result;
}

Image adjust_brightness(const Image& image, double factor) { return blend_level(0, image, factor); }

Image adjust_contrast(const Image& image, double factor) {
  VIT_ASSERT(image.channels == 3, image.channels);
  return blend_level(mean_luma(image), image, factor);
}

Image adjust_saturation(const Image& image, double factor) {
  VIT_ASSERT(image.channels == 3, image.channels);
  if (factor == 1) return image;
  Image result(image.width, image.height);
  const float share = bounded(factor);
  for_each_luma(image, [&](std::size_t first, std::size_t count, const std::uint8_t* levels) {
    std::array<std::uint8_t, 3 * kBlock> grey;
    const std::uint8_t* const from = image.pixels.data() + 3 * first;
    std::uint8_t* const to = result.pixels.data() + 3 * first;
    vectorised([&]() VIT_INLINED {
      repeat(levels, count, grey.data());
      blend_samples(grey.data(), from, 3 * count, share, to);
    });
  });
  return result;
}

Image adjust_sharpness(const Image& image, double factor) {
  return blend(smooth(image), image, factor);
}

}  // namespace vit
