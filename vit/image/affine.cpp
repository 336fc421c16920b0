#include "vit/image/affine.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/geometry.h"
#include "vit/image/vectorised.h"

#if defined(__GNUC__)
// Wide vectors are passed between functions that are all inlined: their ABI doesn't matter.
#pragma GCC diagnostic ignored "-Wpsabi"
#endif

namespace vit {
namespace {

// One lane a channel, in double as Pillow computes; vectors of GCC and Clang.
using Lanes [[gnu::vector_size(32)]] = double;
using Bits [[gnu::vector_size(16)]] = std::uint32_t;
using Integers [[gnu::vector_size(16)]] = std::int32_t;

/// A picture with four bytes a pixel, so that a pixel is one read.
struct Padded {
  int width, height;
  std::vector<std::uint32_t> pixels;

  explicit Padded(const Image& image) : width(image.width), height(image.height) {
    const auto channels = static_cast<std::size_t>(image.channels);
    pixels.resize(image.pixels.size() / channels);
    const std::uint8_t* from = image.pixels.data();
    for (std::uint32_t& pixel : pixels) {
      pixel = 0;
      for (std::size_t c = 0; c < channels; ++c) pixel |= std::uint32_t{*from++} << (8 * c);
    }
  }
  [[nodiscard]] const std::uint32_t* row(int y) const {
    return pixels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
};

VIT_INLINE Lanes lanes_of(std::uint32_t pixel) {
  const Integers samples =
      reinterpret_cast<Integers>((Bits{pixel, pixel, pixel, pixel} >> Bits{0, 8, 16, 24}) & 255);
  return __builtin_convertvector(samples, Lanes);
}

VIT_INLINE Lanes cubic(Lanes v1, Lanes v2, Lanes v3, Lanes v4, double d) {
  const Lanes p2 = v3 - v1, p3 = 2.0 * (v1 - v2) + v3 - v4, p4 = v2 - v1 - v3 + v4;
  return v2 + d * (p2 + d * (p3 + d * p4));
}

/// Pillow's bilinear filter: columns beyond the border repeat it, so do rows.
struct Bilinear {
  VIT_INLINE static Lanes at(const Padded& image, double x_in, double y_in) {
    const double x_floor = std::floor(x_in), y_floor = std::floor(y_in);
    const int x = static_cast<int>(x_floor), y = static_cast<int>(y_floor);
    const double dx = x_in - x_floor, dy = y_in - y_floor;
    const auto column = [&](int i) { return std::clamp(i, 0, image.width - 1); };
    const int x0 = column(x), x1 = column(x + 1);
    const auto along_x = [&](int row) VIT_INLINED {
      const std::uint32_t* in = image.row(row);
      const Lanes left = lanes_of(in[x0]);
      return left + (lanes_of(in[x1]) - left) * dx;
    };
    const Lanes above = along_x(std::clamp(y, 0, image.height - 1));
    const bool is_inside = y + 1 >= 0 && y + 1 < image.height;
    const Lanes below = is_inside ? along_x(y + 1) : above;
    return above + (below - above) * dy;
  }
};

/// Pillow's bicubic filter (Keys with a = -1).
struct Bicubic {
  VIT_INLINE static Lanes at(const Padded& image, double x_in, double y_in) {
    const double x_floor = std::floor(x_in), y_floor = std::floor(y_in);
    const int x = static_cast<int>(x_floor) - 1, y = static_cast<int>(y_floor) - 1;
    const double dx = x_in - x_floor, dy = y_in - y_floor;
    const auto column = [&](int i) { return std::clamp(i, 0, image.width - 1); };
    const int x0 = column(x), x1 = column(x + 1), x2 = column(x + 2), x3 = column(x + 3);
    const auto along_x = [&](int row) VIT_INLINED {
      const std::uint32_t* in = image.row(row);
      return cubic(lanes_of(in[x0]), lanes_of(in[x1]), lanes_of(in[x2]), lanes_of(in[x3]), dx);
    };
    const auto inside = [&](int row) { return row >= 0 && row < image.height; };
    const Lanes v1 = along_x(std::clamp(y, 0, image.height - 1));
    if (dy == 0 && inside(y + 1))
      return along_x(y + 1);  // shears along x: the others weigh nothing
    const Lanes v2 = inside(y + 1) ? along_x(y + 1) : v1;
    const Lanes v3 = inside(y + 2) ? along_x(y + 2) : v2;
    const Lanes v4 = inside(y + 3) ? along_x(y + 3) : v3;
    return cubic(v1, v2, v3, v4, dy);
  }
};

template <class Reader>
VIT_INLINE void transform_rows(const Padded& from, const AffineMatrix& m, Image& to) {
  const auto channels = static_cast<std::size_t>(to.channels);
  for (int y = 0; y < to.height; ++y) {
    std::uint8_t* out = to.row(y);
    const double y_in = y + 0.5;
    for (int x = 0; x < to.width; ++x, out += channels) {
      const double x_in = x + 0.5;
      const double from_x = m[0] * x_in + m[1] * y_in + m[2];
      const double from_y = m[3] * x_in + m[4] * y_in + m[5];
      const bool is_inside =
          from_x >= 0 && from_x < from.width && from_y >= 0 && from_y < from.height;
      if (!is_inside) continue;
      const Lanes value = Reader::at(from, from_x - 0.5, from_y - 0.5);
      const Integers whole = __builtin_convertvector(value, Integers);  // truncates
      for (std::size_t c = 0; c < channels; ++c)
        out[c] = static_cast<std::uint8_t>(std::clamp(whole[c], 0, 255));
    }
  }
}

template <class Position>
void copy_nearest(const Image& image, const Position& position, Image& to) {
  const auto channels = static_cast<std::size_t>(image.channels);
  for (int y = 0; y < to.height; ++y) {
    for (int x = 0; x < to.width; ++x) {
      const auto [from_x, from_y] = position(x, y);
      const bool is_inside =
          from_x >= 0 && from_x < image.width && from_y >= 0 && from_y < image.height;
      if (is_inside) std::copy_n(image.pixel(from_x, from_y), channels, to.pixel(x, y));
    }
  }
}

int to_pixel(double at) { return at < 0 ? -1 : static_cast<int>(std::min(at, 1e9)); }

/// Without shear or rotation, Pillow sums positions up; otherwise it counts in 1/65536 pixel.
void nearest(const Image& image, const AffineMatrix& m, Image& to) {
  if (m[1] == 0 && m[3] == 0) {
    const auto positions = [](double first, double step, int count) {
      std::vector<int> result(static_cast<std::size_t>(count));
      double at = first + step * 0.5;
      for (int& pixel : result) {
        pixel = to_pixel(at);
        at += step;
      }
      return result;
    };
    const std::vector<int> columns = positions(m[2], m[0], to.width),
                           rows = positions(m[5], m[4], to.height);
    copy_nearest(
        image,
        [&](int x, int y) {
          return std::pair(columns[static_cast<std::size_t>(x)], rows[static_cast<std::size_t>(y)]);
        },
        to);
    return;
  }
  const auto fixed = [](double v) {
    return static_cast<std::int64_t>(std::floor(v * 65536.0 + 0.5));
  };
  const std::int64_t a = fixed(m[0]), b = fixed(m[1]), d = fixed(m[3]), e = fixed(m[4]);
  const std::int64_t c = fixed(m[2] + m[0] * 0.5 + m[1] * 0.5),
                     f = fixed(m[5] + m[3] * 0.5 + m[4] * 0.5);
  copy_nearest(
      image,
      [&](int x, int y) {
        const std::int64_t from_x = (a * x + b * y + c) >> 16, from_y = (d * x + e * y + f) >> 16;
        const auto bounded = [](std::int64_t v) {
          return static_cast<int>(std::clamp<std::int64_t>(v, -1, 1 << 30));
        };
        return std::pair(bounded(from_x), bounded(from_y));
      },
      to);
}

/// Python's round(value, 15).
double round_decimals(double value) {
  char text[64];
  const auto written = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 15);
  std::from_chars(text, written.ptr, value);
  return value;
}

}  // namespace

Image transform_affine(const Image& image, const AffineMatrix& matrix, Filter filter,
                       const Colour& fill) {
  VIT_ASSERT(image.channels >= 1 && image.channels <= 4, image.channels);
  for (const double value : matrix) {
    if (!std::isfinite(value) || std::abs(value) > 1e6)
      throw Error(ErrorKind::usage, "affine transform",
                  str("cannot move pixels by ", value, ": expected at most a million"));
  }
  Image result(image.width, image.height, image.channels);
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t i = 0; i < result.pixels.size(); ++i) result.pixels[i] = fill[i % channels];
  switch (filter) {
    case Filter::nearest: nearest(image, matrix, result); return result;
    case Filter::bilinear: {
      const Padded padded(image);
      vectorised([&]() VIT_INLINED { transform_rows<Bilinear>(padded, matrix, result); });
      return result;
    }
    case Filter::bicubic: {
      const Padded padded(image);
      vectorised([&]() VIT_INLINED { transform_rows<Bicubic>(padded, matrix, result); });
      return result;
    }
    default:
      throw Error(ErrorKind::usage, "affine transform",
                  str("there is no ", filter_name(filter), " filter for turning and shearing"),
                  "Use nearest, bilinear or bicubic.");
  }
}

AffineMatrix rotation(double degrees, int width, int height) {
  const double angle = -degrees * (std::numbers::pi / 180.0);
  const double cosine = round_decimals(std::cos(angle)), sine = round_decimals(std::sin(angle));
  const double minus_sine = round_decimals(-std::sin(angle));
  const double x = width / 2.0, y = height / 2.0;
  return {cosine,     sine,   cosine * -x + sine * -y + 0.0 + x,
          minus_sine, cosine, minus_sine * -x + cosine * -y + 0.0 + y};
}

Image rotate(const Image& image, double degrees, Filter filter, const Colour& fill) {
  double turn = std::fmod(degrees, 360.0);
  if (turn < 0) turn += 360.0;
  if (turn == 0) return image;
  if (turn == 180) return hflip(vflip(image));
  if (image.width == image.height) {
    if (turn == 90) return vflip(transpose(image));
    if (turn == 270) return hflip(transpose(image));
  }
  return transform_affine(image, rotation(turn, image.width, image.height), filter, fill);
}

}  // namespace vit
