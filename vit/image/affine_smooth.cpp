#include "vit/image/affine_smooth.h"

#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "vit/image/vectorised.h"

#if defined(__GNUC__)
// Wide vectors are passed between functions that are all inlined: their ABI doesn't matter.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace vit {
namespace {

// One lane a pixel, in double as Pillow computes; vectors of GCC and Clang.
constexpr int kLanes = 8;
using Doubles [[gnu::vector_size(64)]] = double;
using Truths [[gnu::vector_size(64)]] = std::int64_t;  // -1: yes
using Pixels [[gnu::vector_size(32)]] = std::uint32_t;
using Integers [[gnu::vector_size(32)]] = std::int32_t;

constexpr Doubles kSteps{0, 1, 2, 3, 4, 5, 6, 7};

/// A picture with four bytes a pixel, so that a pixel is one read.
struct Padded {
  int width, height;
  std::vector<std::uint32_t> pixels;

  explicit Padded(const Image& image) : width(image.width), height(image.height) {
    const auto channels = static_cast<std::size_t>(image.channels);
    pixels.resize(image.pixels.size() / channels);
    const std::uint8_t* from = image.pixels.data();
    for (std::uint32_t& pixel : pixels) {
      for (std::size_t c = 0; c < channels; ++c) pixel |= std::uint32_t{from[c]} << (8 * c);
      from += channels;
    }
  }
  /// Pixels at x + y width.
  [[nodiscard]] VIT_INLINE Pixels at(Integers x, Integers y) const {
    const Integers i = x + y * width;
    const std::uint32_t* const p = pixels.data();
    return Pixels{p[i[0]], p[i[1]], p[i[2]], p[i[3]], p[i[4]], p[i[5]], p[i[6]], p[i[7]]};
  }
};

VIT_INLINE Doubles channel(Pixels pixels, std::size_t c) {
  const Pixels samples = (pixels >> static_cast<std::uint32_t>(8 * c)) & 255;
  return __builtin_convertvector(reinterpret_cast<Integers>(samples), Doubles);
}

VIT_INLINE Integers clamped(Integers value, int low, int high) {
  value = value < low ? Integers{} + low : value;
  return value > high ? Integers{} + high : value;
}

/// Where pixels come from: the pixel to the upper left of each place, and the rest of the way.
struct Places {
  Integers x, y;
  Doubles dx, dy;
};

/// The largest whole number that is not above; of numbers that fit 32 bits.
VIT_INLINE Integers floor_of(Doubles value, Doubles& rest) {
  Integers whole = __builtin_convertvector(value, Integers);
  const Truths above = __builtin_convertvector(whole, Doubles) > value;
  whole += __builtin_convertvector(above, Integers);
  rest = value - __builtin_convertvector(whole, Doubles);
  return whole;
}

/// What is the same for all pixels of a transform.
struct Motion {
  bool whole_x, whole_y;  ///< along x and y, pixels fall on pixels

  explicit Motion(const AffineMatrix& m)
      : whole_x(m[0] == 1 && m[1] == 0 && m[2] == std::floor(m[2])),
        whole_y(m[3] == 0 && m[4] == 1 && m[5] == std::floor(m[5])) {}
};

template <std::size_t kChannels>
using Samples = std::array<Doubles, kChannels>;

/// Columns beyond the border repeat it, so do rows.
struct Bilinear {
  template <std::size_t kChannels>
  VIT_INLINE static Samples<kChannels> at(const Padded& image, const Places& p, Motion motion) {
    const Integers x0 = clamped(p.x, 0, image.width - 1), x1 = clamped(p.x + 1, 0, image.width - 1);
    const auto along_x = [&](Integers row) VIT_INLINED {
      const Pixels left = image.at(x0, row);
      Samples<kChannels> result;
      for (std::size_t c = 0; c < kChannels; ++c) result[c] = channel(left, c);
      if (motion.whole_x) return result;
      const Pixels right = image.at(x1, row);
      for (std::size_t c = 0; c < kChannels; ++c)
        result[c] = result[c] + (channel(right, c) - result[c]) * p.dx;
      return result;
    };
    const Integers above = clamped(p.y, 0, image.height - 1);
    Samples<kChannels> result = along_x(above);
    if (motion.whole_y) return result;
    const Samples<kChannels> below = along_x(clamped(p.y + 1, 0, image.height - 1));
    for (std::size_t c = 0; c < kChannels; ++c)
      result[c] = result[c] + (below[c] - result[c]) * p.dy;
    return result;
  }
};

VIT_INLINE Doubles cubic(Doubles v1, Doubles v2, Doubles v3, Doubles v4, Doubles d) {
  const Doubles p2 = v3 - v1, p3 = 2.0 * (v1 - v2) + v3 - v4, p4 = v2 - v1 - v3 + v4;
  return v2 + d * (p2 + d * (p3 + d * p4));
}

struct Bicubic {
  template <std::size_t kChannels>
  VIT_INLINE static Samples<kChannels> at(const Padded& image, const Places& p, Motion motion) {
    const auto column = [&](int i) VIT_INLINED { return clamped(p.x + i, 0, image.width - 1); };
    const auto along_x = [&](int i) VIT_INLINED {
      const Integers row = clamped(p.y + i, 0, image.height - 1);
      Samples<kChannels> result;
      const Pixels v2 = image.at(column(0), row);
      if (motion.whole_x) {
        for (std::size_t c = 0; c < kChannels; ++c) result[c] = channel(v2, c);
        return result;
      }
      const Pixels v1 = image.at(column(-1), row), v3 = image.at(column(1), row),
                   v4 = image.at(column(2), row);
      for (std::size_t c = 0; c < kChannels; ++c)
        result[c] = cubic(channel(v1, c), channel(v2, c), channel(v3, c), channel(v4, c), p.dx);
      return result;
    };
    const Samples<kChannels> v2 = along_x(0);
    if (motion.whole_y) return v2;  // the others weigh nothing
    const Samples<kChannels> v1 = along_x(-1), v3 = along_x(1), v4 = along_x(2);
    Samples<kChannels> result;
    for (std::size_t c = 0; c < kChannels; ++c) result[c] = cubic(v1[c], v2[c], v3[c], v4[c], p.dy);
    return result;
  }
};

/// Writes the lanes that are inside. Truncates and clips, as Pillow.
template <std::size_t kChannels>
VIT_INLINE void put(const Samples<kChannels>& values, Truths is_inside, std::uint8_t* out,
                    std::size_t channels) {
  Pixels pixels{};
  for (std::size_t c = 0; c < kChannels; ++c) {
    const Integers whole = clamped(__builtin_convertvector(values[c], Integers), 0, 255);
    pixels |= reinterpret_cast<Pixels>(whole) << static_cast<std::uint32_t>(8 * c);
  }
  for (int i = 0; i < kLanes; ++i, out += channels) {
    const std::uint32_t pixel = pixels[i];
    if (is_inside[i] != 0) std::memcpy(out, &pixel, kChannels == 3 ? 3 : channels);
  }
}

template <class Reader, std::size_t kChannels>
VIT_INLINE void transform_rows(const Padded& from, const AffineMatrix& m, Image& to) {
  const auto channels = static_cast<std::size_t>(to.channels);
  const double width = from.width, height = from.height;
  const Motion motion(m);
  for (int y = 0; y < to.height; ++y) {
    const double y_in = y + 0.5;
    for (int x = 0; x < to.width; x += kLanes) {
      const Doubles x_in = (x + kSteps) + 0.5;
      const Doubles from_x = m[0] * x_in + m[1] * y_in + m[2];
      const Doubles from_y = m[3] * x_in + m[4] * y_in + m[5];
      const Truths is_inside = (from_x >= 0) & (from_x < width) & (from_y >= 0) &
                               (from_y < height) & (x + kSteps < to.width);
      std::int64_t any = 0;
      for (int i = 0; i < kLanes; ++i) any |= is_inside[i];
      if (any == 0) continue;
      Places places;
      places.x = floor_of((is_inside ? from_x : Doubles{} + 0.5) - 0.5, places.dx);
      places.y = floor_of((is_inside ? from_y : Doubles{} + 0.5) - 0.5, places.dy);
      put<kChannels>(Reader::template at<kChannels>(from, places, motion), is_inside,
                     to.pixel(x, y), channels);
    }
  }
}

template <class Reader>
VIT_INLINE void transform(const Padded& from, const AffineMatrix& m, Image& to) {
  if (to.channels == 3)
    transform_rows<Reader, 3>(from, m, to);
  else
    transform_rows<Reader, 4>(from, m, to);
}

}  // namespace

void transform_bilinear(const Image& image, const AffineMatrix& matrix, Image& to) {
  const Padded from(image);
  vectorised_wide([&]() VIT_INLINED { transform<Bilinear>(from, matrix, to); });
}

void transform_bicubic(const Image& image, const AffineMatrix& matrix, Image& to) {
  const Padded from(image);
  vectorised_wide([&]() VIT_INLINED { transform<Bicubic>(from, matrix, to); });
}

void transform_bilinear_portable(const Image& image, const AffineMatrix& matrix, Image& to) {
  transform<Bilinear>(Padded(image), matrix, to);
}

void transform_bicubic_portable(const Image& image, const AffineMatrix& matrix, Image& to) {
  transform<Bicubic>(Padded(image), matrix, to);
}

}  // namespace vit
