#include "vit/image/gaussian_blur.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/vectorised.h"

namespace vit {
namespace {

constexpr int kPasses = 3;

/// A box of 2 radius + 1 whole pixels, and a part of one more on either side; weights in 1 / 2^24.
struct Box {
  int radius;
  std::uint32_t inner, outer;
};

Box box_for(float deviation) {
  // In float32, as Pillow; the numbers are those of the paper.
  const float sigma2 = deviation * deviation / kPasses;
  const auto length = static_cast<float>(std::sqrt(12.0 * sigma2 + 1.0));   // [7]
  const auto whole = static_cast<float>(std::floor((length - 1.0) / 2.0));  // [11]
  float part = (2 * whole + 1) * (whole * (whole + 1) - 3 * sigma2);        // [14]
  part /= 6 * (sigma2 - (whole + 1) * (whole + 1));
  const float radius = whole + part;
  const int pixels = static_cast<int>(radius);
  constexpr std::uint32_t kOne = 1U << 24;
  const auto inner = static_cast<std::uint32_t>(static_cast<float>(kOne) / (radius * 2 + 1));
  return {pixels, inner, (kOne - static_cast<std::uint32_t>(pixels * 2 + 1) * inner) / 2};
}

/// `count` weighted sums of lines that lie `step` samples apart; line 0 is `radius + 1` lines
/// before the sample.
VIT_INLINE void average(const std::uint8_t* from, std::size_t step, std::size_t count,
                        const Box& box, std::uint8_t* to) {
  constexpr std::size_t kSums = 256;
  const std::size_t last = static_cast<std::size_t>(2 * box.radius + 2) * step;
  std::uint32_t sums[kSums];
  for (std::size_t first = 0; first < count; first += kSums) {
    const std::size_t size = std::min(kSums, count - first);
    const std::uint8_t* const in = from + first;
    std::uint8_t* const out = to + first;
    for (std::size_t i = 0; i < size; ++i) sums[i] = 0;
    for (std::size_t at = step; at < last; at += step)
      for (std::size_t i = 0; i < size; ++i) sums[i] += in[i + at];
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint32_t ends = std::uint32_t{in[i]} + in[i + last];
      out[i] =
          static_cast<std::uint8_t>((sums[i] * box.inner + ends * box.outer + (1U << 23)) >> 24);
    }
  }
}

/// One pass along x, in place. `line` has room for the row with radius + 1 pixels on either side.
void blur_row(std::uint8_t* row, int width, int channels, const Box& box,
              std::vector<std::uint8_t>& line) {
  const int margin = box.radius + 1;
  const auto step = static_cast<std::size_t>(channels);
  const std::size_t bytes = static_cast<std::size_t>(width) * step;
  std::uint8_t* to = line.data();
  for (int i = 0; i < margin; ++i) to = std::copy_n(row, step, to);
  to = std::copy_n(row, bytes, to);
  for (int i = 0; i < margin; ++i) to = std::copy_n(row + bytes - step, step, to);
  vectorised([&]() VIT_INLINED { average(line.data(), step, bytes, box, row); });
}

/// One pass along y for `count` neighbouring columns of samples, through a copy with margins.
void blur_columns(Image& image, std::size_t first, std::size_t count, const Box& box,
                  std::vector<std::uint8_t>& block) {
  const int margin = box.radius + 1;
  block.resize(static_cast<std::size_t>(image.height + 2 * margin) * count);
  for (int y = -margin; y < image.height + margin; ++y)
    std::copy_n(image.row(std::clamp(y, 0, image.height - 1)) + first, count,
                block.data() + static_cast<std::size_t>(y + margin) * count);
  vectorised([&]() VIT_INLINED {
    for (int y = 0; y < image.height; ++y)
      average(block.data() + static_cast<std::size_t>(y) * count, count, count, box,
              image.row(y) + first);
  });
}

}  // namespace

Image gaussian_blur(const Image& image, double radius) {
  if (!(radius >= 0) || radius > 1000)
    throw Error(ErrorKind::usage, "gaussian_blur",
                str("expected a radius from 0 to 1000 pixels, got ", radius));
  if (radius == 0 || image.empty()) return image;
  const Box box = box_for(static_cast<float>(radius));
  Image result = image;
  std::vector<std::uint8_t> line(result.row_bytes() +
                                 static_cast<std::size_t>(2 * (box.radius + 1)) *
                                     static_cast<std::size_t>(image.channels));
  for (int y = 0; y < result.height; ++y)
    for (int pass = 0; pass < kPasses; ++pass)
      blur_row(result.row(y), result.width, result.channels, box, line);
  constexpr std::size_t kBlock = 192;  // columns at a time, so that a block stays in the cache
  for (std::size_t first = 0; first < result.row_bytes(); first += kBlock)
    for (int pass = 0; pass < kPasses; ++pass)
      blur_columns(result, first, std::min(kBlock, result.row_bytes() - first), box, line);
  return result;
}

}  // namespace vit
