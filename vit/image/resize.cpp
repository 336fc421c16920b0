#include "vit/image/resize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/image/geometry.h"
#include "vit/image/resample_kernels.h"

namespace vit {
namespace {

constexpr std::array<std::pair<std::string_view, Filter>, 6> kFilters{
    {{"nearest", Filter::nearest},
     {"box", Filter::box},
     {"bilinear", Filter::bilinear},
     {"hamming", Filter::hamming},
     {"bicubic", Filter::bicubic},
     {"lanczos", Filter::lanczos}}};

double sinc(double x) {
  if (x == 0) return 1;
  x *= std::numbers::pi;
  return std::sin(x) / x;
}

/// The filter's value at distance x, in units of input pixels.
double kernel(Filter filter, double x) {
  const double distance = std::abs(x);
  switch (filter) {
    case Filter::nearest: break;
    case Filter::box: return x > -0.5 && x <= 0.5 ? 1 : 0;
    case Filter::bilinear: return distance < 1 ? 1 - distance : 0;
    case Filter::hamming:
      if (distance == 0) return 1;
      return distance < 1 ? sinc(distance) * (0.54 + 0.46 * std::cos(std::numbers::pi * distance))
                          : 0;
    case Filter::bicubic: {  // Keys 1981
      constexpr double a = -0.5;
      if (distance < 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
      if (distance < 2) return (((distance - 5) * distance + 8) * distance - 4) * a;
      return 0;
    }
    case Filter::lanczos: return -3 <= x && x < 3 ? sinc(x) * sinc(x / 3) : 0;
  }
  VIT_ASSERT(false, "the nearest filter has no kernel");
  return 0;
}

/// How far the filter reaches to either side, in input pixels.
double support(Filter filter) {
  switch (filter) {
    case Filter::nearest: return 0;
    case Filter::box: return 0.5;
    case Filter::bilinear:
    case Filter::hamming: return 1;
    case Filter::bicubic: return 2;
    case Filter::lanczos: return 3;
  }
  return 0;
}

std::int32_t fixed_point(double weight) {
  return static_cast<std::int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << kWeightBits));
}

/// The weights of one pass.
struct Pass {
  std::vector<Taps> taps;             ///< one for each output position
  std::vector<std::int32_t> weights;  ///< what the taps point into
};

/// Some of the positions of one side of the result.
struct Stretch {
  int first = 0, count = 0;
};

/// Resamples the part [low, high) of `in_size` positions to `out_size`, of which `wanted` are
/// computed.
Pass plan(Filter filter, int in_size, float low, float high, int out_size, Stretch wanted) {
  const double scale = static_cast<double>(high - low) / out_size;
  const double stretch = std::max(scale, 1.0);  // antialiasing: the filter covers what it replaces
  const double reach = support(filter) * stretch;
  const auto capacity = static_cast<std::size_t>(std::ceil(reach)) * 2 + 1;

  Pass pass;
  pass.taps.resize(static_cast<std::size_t>(wanted.count));
  pass.weights.resize(pass.taps.size() * capacity);
  std::vector<double> row(capacity);
  for (std::size_t out = 0; out < pass.taps.size(); ++out) {
    const double center = low + (wanted.first + static_cast<double>(out) + 0.5) * scale;
    const int first = std::max(static_cast<int>(center - reach + 0.5), 0);
    const int last = std::min(static_cast<int>(center + reach + 0.5), in_size);
    const auto count = static_cast<std::size_t>(std::max(last - first, 0));
    double total = 0;
    for (std::size_t i = 0; i < count; ++i) {
      row[i] = kernel(filter, (first + static_cast<double>(i) - center + 0.5) * (1.0 / stretch));
      total += row[i];
    }
    std::int32_t* const weights = pass.weights.data() + out * capacity;
    for (std::size_t i = 0; i < count; ++i) {
      weights[i] = fixed_point(total != 0 ? row[i] / total : row[i]);
    }
    pass.taps[out] = {first, {weights, count}};
  }
  return pass;
}

/// Pillow's nearest neighbour: the affine transform, whose position is a running sum.
std::vector<int> nearest_positions(int in_size, float low, float high, int out_size,
                                   Stretch wanted) {
  const double step = static_cast<double>(high - low) / out_size;
  double position = low + step * 0.5;
  for (int i = 0; i < wanted.first; ++i) position += step;
  std::vector<int> result(static_cast<std::size_t>(wanted.count));
  for (int& index : result) {
    index = std::min(static_cast<int>(position), in_size - 1);
    position += step;
  }
  return result;
}

/// Four bytes are one move; the one too many is overwritten by the next pixel. `offsets` are those
/// of pixels in a row, in bytes; the last row and column have nothing behind them.
void copy_colours(const std::uint8_t* from, bool is_last_row,
                  const std::vector<std::size_t>& offsets, std::uint8_t* to) {
  const std::size_t *at = offsets.data(), *const end = at + offsets.size();
  const std::size_t* const wide = is_last_row ? at : end - 1;
  for (; wide - at >= 4; at += 4, to += 12) {
    std::memcpy(to, from + at[0], 4);
    std::memcpy(to + 3, from + at[1], 4);
    std::memcpy(to + 6, from + at[2], 4);
    std::memcpy(to + 9, from + at[3], 4);
  }
  for (; at < end; ++at, to += 3) std::memcpy(to, from + *at, 3);
}

Image resize_nearest(const Image& image, int width, int height, const SourceBox& box,
                     const PixelBox& part) {
  const std::vector<int> columns =
      nearest_positions(image.width, box.left, box.right, width, {part.left, part.width});
  const std::vector<int> rows =
      nearest_positions(image.height, box.top, box.bottom, height, {part.top, part.height});
  Image result(part.width, part.height, image.channels);
  std::vector<std::size_t> offsets;
  offsets.reserve(columns.size());
  for (const int x : columns) offsets.push_back(3 * static_cast<std::size_t>(x));
  for (int row = 0; row < part.height; ++row) {
    const int y = rows[static_cast<std::size_t>(row)];
    std::uint8_t* to = result.row(row);
    if (image.channels == 3)
      copy_colours(image.row(y), y + 1 == image.height, offsets, to);
    else
      for (const int x : columns) to = std::copy_n(image.pixel(x, y), image.channels, to);
  }
  return result;
}

/// The first input position that a pass reads, and the one after the last.
std::pair<int, int> extent(const Pass& pass) {
  const Taps& last = pass.taps.back();
  return {pass.taps.front().first, last.first + static_cast<int>(last.weights.size())};
}

void shift(Pass& pass, int by) {
  for (Taps& taps : pass.taps) taps.first += by;
}

/// Whether Pillow (since 13; before, never) runs the pass along y first. The order shows in the
/// result, because the picture between the passes is rounded and clipped to 8 bits.
bool is_vertical_first(const Image& image, int width, int height) {
  return height < image.height && image.height - height > 2 * (image.width - width);
}

Image resize_filtered(const Image& image, int width, int height, Filter filter,
                      const SourceBox& box, const PixelBox& part) {
  const bool is_whole_width =
      width == image.width && box.left == 0 && box.right == static_cast<float>(width);
  const bool is_whole_height =
      height == image.height && box.top == 0 && box.bottom == static_cast<float>(height);
  if (is_whole_width && is_whole_height)
    return crop(image, part.left, part.top, part.width, part.height);

  Image result(part.width, part.height, image.channels);
  Pass along_x = plan(filter, image.width, box.left, box.right, width, {part.left, part.width});
  Pass along_y = plan(filter, image.height, box.top, box.bottom, height, {part.top, part.height});
  if (is_whole_width) {
    resample_columns(image, part.left, along_y.taps, result);
  } else if (is_whole_height) {
    resample_rows(image, part.top, along_x.taps, result);
  } else if (is_vertical_first(image, width, height)) {
    // The first pass computes only what the second one reads.
    const auto [first, end] = extent(along_x);
    Image shortened(end - first, part.height, image.channels);
    resample_columns(image, first, along_y.taps, shortened);
    shift(along_x, -first);
    resample_rows(shortened, 0, along_x.taps, result);
  } else {
    const auto [first, end] = extent(along_y);
    Image narrowed(part.width, end - first, image.channels);
    resample_rows(image, first, along_x.taps, narrowed);
    shift(along_y, -first);
    resample_columns(narrowed, 0, along_y.taps, result);
  }
  return result;
}

}  // namespace

Filter filter_from_name(std::string_view name, const std::string& where) {
  std::vector<std::string> known;
  for (const auto& [known_name, filter] : kFilters) {
    if (known_name == name) return filter;
    known.emplace_back(known_name);
  }
  const std::string guess = nearest(name, known);
  throw Error(ErrorKind::usage, where, str("'", name, "' is no resampling filter"),
              str(guess.empty() ? "" : str("Did you mean '", guess, "'? "),
                  "There are nearest, box, bilinear, hamming, bicubic and lanczos."));
}

std::string_view filter_name(Filter filter) {
  for (const auto& [name, value] : kFilters) {
    if (value == filter) return name;
  }
  return "unknown";
}

Image resize(const Image& image, int width, int height, Filter filter,
             std::optional<SourceBox> box) {
  return resize_part(image, width, height, filter, {0, 0, width, height}, box);
}

Image resize_part(const Image& image, int width, int height, Filter filter, const PixelBox& part,
                  std::optional<SourceBox> box) {
  VIT_ASSERT(!image.empty());
  if (width < 1 || height < 1) {
    throw Error(ErrorKind::usage, "resize",
                str("cannot resize to ", width, " x ", height, " pixels"),
                "Give a width and a height of at least 1.");
  }
  const SourceBox from = box.value_or(whole_box(image.width, image.height));
  const bool is_inside = from.left >= 0 && from.top >= 0 &&
                         from.right <= static_cast<float>(image.width) &&
                         from.bottom <= static_cast<float>(image.height);
  if (!is_inside || !(from.left < from.right) || !(from.top < from.bottom)) {
    throw Error(ErrorKind::usage, "resize",
                str("the box [", from.left, ", ", from.top, ", ", from.right, ", ", from.bottom,
                    "] is not inside a picture of ", image.width, " x ", image.height, " pixels"),
                "A box is [left, top, right, bottom] with left < right and top < bottom.");
  }
  VIT_ASSERT(part.left >= 0 && part.top >= 0 && part.width > 0 && part.height > 0 &&
             part.width <= width - part.left && part.height <= height - part.top);
  return filter == Filter::nearest ? resize_nearest(image, width, height, from, part)
                                   : resize_filtered(image, width, height, filter, from, part);
}

Size2 shorter_size(const Image& image, int size) {
  const std::int64_t shorter = std::max(std::min(image.width, image.height), 1);
  return {std::int64_t{size} * image.height / shorter, std::int64_t{size} * image.width / shorter};
}

Size2 covering_size(const Image& image, Size2 size) {
  const double ratio = std::min(image.width / static_cast<double>(size.width),
                                image.height / static_cast<double>(size.height));
  const auto scaled = [&](int side) { return static_cast<std::int64_t>(side / ratio + 0.5); };
  return {scaled(image.height), scaled(image.width)};
}

}  // namespace vit
