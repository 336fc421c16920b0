#include "vit/image/affine.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/affine_smooth.h"
#include "vit/image/geometry.h"

namespace vit {
namespace {

template <std::size_t kChannels, class Position>
void copy_nearest_of(const Image& image, const Position& position, Image& to) {
  const auto width = static_cast<std::uint64_t>(image.width),
             height = static_cast<std::uint64_t>(image.height);
  const auto stride = static_cast<std::int64_t>(image.row_bytes());
  const std::uint8_t* const from = image.pixels.data();
  for (int y = 0; y < to.height; ++y) {
    std::uint8_t* out = to.row(y);
    for (int x = 0; x < to.width; ++x, out += kChannels) {
      const auto [from_x, from_y] = position(x, y);
      // Before the first pixel is far behind the last one.
      if (static_cast<std::uint64_t>(from_x) >= width ||
          static_cast<std::uint64_t>(from_y) >= height)
        continue;
      std::memcpy(out, from + from_y * stride + from_x * std::int64_t{kChannels}, kChannels);
    }
  }
}

template <class Position>
void copy_nearest(const Image& image, const Position& position, Image& to) {
  switch (image.channels) {
    case 1: return copy_nearest_of<1>(image, position, to);
    case 2: return copy_nearest_of<2>(image, position, to);
    case 3: return copy_nearest_of<3>(image, position, to);
    default: return copy_nearest_of<4>(image, position, to);
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
          return std::pair(std::int64_t{columns[static_cast<std::size_t>(x)]},
                           std::int64_t{rows[static_cast<std::size_t>(y)]});
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
        return std::pair(from_x, from_y);
      },
      to);
}

void paint(Image& image, const Colour& colour) {
  const auto channels = static_cast<std::size_t>(image.channels);
  for (std::size_t i = 0; i < image.row_bytes(); ++i) image.pixels[i] = colour[i % channels];
  for (int y = 1; y < image.height; ++y) std::copy_n(image.row(0), image.row_bytes(), image.row(y));
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
  paint(result, fill);
  switch (filter) {
    case Filter::nearest: nearest(image, matrix, result); return result;
    case Filter::bilinear: transform_bilinear(image, matrix, result); return result;
    case Filter::bicubic: transform_bicubic(image, matrix, result); return result;
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
