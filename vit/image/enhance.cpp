#include "vit/image/enhance.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/image/lookup.h"
#include "vit/image/luma.h"
#include "vit/image/vectorised.h"

namespace vit {
namespace {

/// One sample of a blend. Between the pictures there is nothing to clip.
VIT_INLINE std::uint8_t blend_sample(int first, int second, float factor) {
  const float value = static_cast<float>(first) + factor * static_cast<float>(second - first);
  return static_cast<std::uint8_t>(static_cast<int>(std::min(std::max(value, 0.0F), 255.0F)));
}

/// A blend of one level with every sample.
Image blend_level(int level, const Image& image, double factor) {
  if (factor == 1) return image;
  LookupTable table;
  for (int value = 0; value < 256; ++value)
    table[static_cast<std::size_t>(value)] = blend_sample(level, value, static_cast<float>(factor));
  return look_up(image, table);
}

int mean_luma(const Image& image) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) sum += luma(&image.pixels[i]);
  const std::size_t count = image.pixels.size() / 3;
  return static_cast<int>(static_cast<double>(sum) / static_cast<double>(count) + 0.5);
}

/// (sum of the eight neighbours + 5 times the sample) / 13, rounded; no halves occur.
Image smooth(const Image& image) {
  Image result = image;
  if (image.width < 3 || image.height < 3) return result;
  const std::size_t channels = static_cast<std::size_t>(image.channels), stride = image.row_bytes();
  for (int y = 1; y + 1 < image.height; ++y) {
    const std::uint8_t* const in = image.row(y);
    const std::uint8_t* const above = in - stride;
    const std::uint8_t* const below = in + stride;
    std::uint8_t* const out = result.row(y);
    vectorised([&]() VIT_INLINED {
      for (std::size_t i = channels; i < stride - channels; ++i) {
        const std::size_t left = i - channels, right = i + channels;
        const unsigned sum = above[left] + above[i] + above[right] + in[left] + 5U * in[i] +
                             in[right] + below[left] + below[i] + below[right];
        out[i] = static_cast<std::uint8_t>((2 * sum + 13) / 26);
      }
    });
  }
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
  const auto share = static_cast<float>(factor);
  vectorised([=]() VIT_INLINED {
    for (std::size_t i = 0; i < count; ++i) out[i] = blend_sample(a[i], b[i], share);
  });
  return result;
}

Image to_grey(const Image& image) {
  VIT_ASSERT(image.channels == 3, image.channels);
  Image result(image.width, image.height);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    const std::uint8_t level = luma(&image.pixels[i]);
    for (std::size_t c = 0; c < 3; ++c) result.pixels[i + c] = level;
  }
  return result;
}

Image adjust_brightness(const Image& image, double factor) { return blend_level(0, image, factor); }

Image adjust_contrast(const Image& image, double factor) {
  VIT_ASSERT(image.channels == 3, image.channels);
  return blend_level(mean_luma(image), image, factor);
}

Image adjust_saturation(const Image& image, double factor) {
  return blend(to_grey(image), image, factor);
}

Image adjust_sharpness(const Image& image, double factor) {
  return blend(smooth(image), image, factor);
}

}  // namespace vit
