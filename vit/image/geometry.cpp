#include "vit/image/geometry.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/vectorised.h"

namespace vit {
namespace {

constexpr int kOutside = -1;

/// The coordinate in [0, size) that stands for `at`, or kOutside where the fill colour does.
int inside(int at, int size, PadMode mode) {
  if (at >= 0 && at < size) return at;
  switch (mode) {
    case PadMode::constant: return kOutside;
    case PadMode::edge: return std::clamp(at, 0, size - 1);
    case PadMode::reflect: {
      if (size == 1) return 0;
      const int period = 2 * (size - 1);
      const int folded = ((at % period) + period) % period;
      return folded < size ? folded : period - folded;
    }
    case PadMode::symmetric: {
      const int period = 2 * size;
      const int folded = ((at % period) + period) % period;
      return folded < size ? folded : period - 1 - folded;
    }
  }
  return kOutside;
}

std::vector<int> sources(int first, int count, int size, PadMode mode) {
  std::vector<int> result(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i)
    result[static_cast<std::size_t>(i)] = inside(first + i, size, mode);
  return result;
}

/// Three channels, five pixels at a time: one shuffle of 16 bytes, of which 15 count.
VIT_INLINE void mirror_colours(const std::uint8_t* from, std::uint8_t* to, int width) {
  using Bytes [[gnu::vector_size(16)]] = std::uint8_t;
  int x = 0;
  // The sixteenth byte lies before the five pixels in the source, and is overwritten in the target
  // by the next ones: at least one pixel more must follow.
  for (; x + 6 <= width; x += 5) {
    Bytes five;
    std::memcpy(&five, from + 3 * (width - x - 5) - 1, sizeof five);
    five =
        __builtin_shufflevector(five, five, 13, 14, 15, 10, 11, 12, 7, 8, 9, 4, 5, 6, 1, 2, 3, 0);
    std::memcpy(to + 3 * x, &five, sizeof five);
  }
  for (; x < width; ++x) std::copy_n(from + 3 * (width - 1 - x), 3, to + 3 * x);
}

/// In tiles, so that the lines that are written stay in the cache.
template <std::size_t kChannels>
Image transpose_of(const Image& image) {
  constexpr int kTile = 32;
  Image result(image.height, image.width, image.channels);
  for (int top = 0; top < result.height; top += kTile)
    for (int left = 0; left < result.width; left += kTile)
      for (int y = top; y < std::min(top + kTile, result.height); ++y) {
        // Four bytes are one move; the one too many is overwritten by the next pixel.
        const int end = std::min(left + kTile, result.width), last = result.width - 1;
        std::uint8_t* to = result.pixel(left, y);
        for (int x = left; x < std::min(end, last); ++x, to += kChannels)
          std::memcpy(to, image.pixel(y, x), kChannels == 3 ? 4 : kChannels);
        if (end > last) std::memcpy(to, image.pixel(y, last), kChannels);
      }
  return result;
}

/// Half of a number of pixels, ties to even, as Python's round() and with it torchvision.
int half_to_even(int pixels) {
  const int half = pixels / 2;
  return pixels % 2 == 0 ? half : half + half % 2;
}

}  // namespace

Image crop(const Image& image, int left, int top, int width, int height,
           const PadOptions& outside) {
  VIT_ASSERT(width >= 0 && height >= 0 && !image.empty(), width, " x ", height);
  Image result(width, height, image.channels);
  const auto channels = static_cast<std::size_t>(image.channels);
  const bool within =
      left >= 0 && top >= 0 && width <= image.width - left && height <= image.height - top;
  if (within) {
    for (int y = 0; y < height; ++y) {
      std::copy_n(image.pixel(left, top + y), result.row_bytes(), result.row(y));
    }
    return result;
  }
  const std::vector<int> columns = sources(left, width, image.width, outside.mode);
  const std::vector<int> rows = sources(top, height, image.height, outside.mode);
  for (int y = 0; y < height; ++y) {
    const int from_y = rows[static_cast<std::size_t>(y)];
    for (int x = 0; x < width; ++x) {
      const int from_x = columns[static_cast<std::size_t>(x)];
      const bool filled = from_x == kOutside || from_y == kOutside;
      std::copy_n(filled ? outside.fill.data() : image.pixel(from_x, from_y), channels,
                  result.pixel(x, y));
    }
  }
  return result;
}

Image pad(const Image& image, int left, int top, int right, int bottom, const PadOptions& outside) {
  return crop(image, -left, -top, image.width + left + right, image.height + top + bottom, outside);
}

int center_offset(int length, int wanted) {
  // A picture that is too small is padded first; then nothing is left to round.
  return length >= wanted ? half_to_even(length - wanted) : -((wanted - length) / 2);
}

Image center_crop(const Image& image, int width, int height) {
  return crop(image, center_offset(image.width, width), center_offset(image.height, height), width,
              height);
}

Image hflip(const Image& image) {
  Image result(image.width, image.height, image.channels);
  for (int y = 0; y < image.height; ++y) {
    const std::uint8_t* const from = image.row(y);
    std::uint8_t* const to = result.row(y);
    switch (image.channels) {
      case 1: std::reverse_copy(from, from + image.width, to); break;
      case 3: vectorised([&]() VIT_INLINED { mirror_colours(from, to, image.width); }); break;
      default:
        for (int x = 0; x < image.width; ++x)
          std::copy_n(image.pixel(image.width - 1 - x, y), image.channels, result.pixel(x, y));
    }
  }
  return result;
}

Image vflip(const Image& image) {
  Image result(image.width, image.height, image.channels);
  for (int y = 0; y < image.height; ++y) {
    std::copy_n(image.row(image.height - 1 - y), image.row_bytes(), result.row(y));
  }
  return result;
}

Image transpose(const Image& image) {
  switch (image.channels) {
    case 1: return transpose_of<1>(image);
    case 2: return transpose_of<2>(image);
    case 3: return transpose_of<3>(image);
    default: return transpose_of<4>(image);
  }
}

Image orient(const Image& image, int exif_orientation) {
  switch (exif_orientation) {
    case 2: return hflip(image);
    case 3: return hflip(vflip(image));
    case 4: return vflip(image);
    case 5: return transpose(image);
    case 6: return hflip(transpose(image));  // stored turned left: a quarter turn clockwise
    case 7: return hflip(vflip(transpose(image)));
    case 8: return vflip(transpose(image));
    default: return image;
  }
}

}  // namespace vit
