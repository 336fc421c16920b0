#include "vit/data/shapes_background.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "vit/core/str.h"
#include "vit/data/shapes_colour.h"
#include "vit/data/shapes_outline.h"

// Parameters are rounded to integers once, and each pixel is integer arithmetic: the same pictures
// on every machine, and no calls of floor() in the inner loops.
namespace vit {
namespace {

constexpr int kOne = 1 << 16;  // a period of a pattern, or the side of a cell
constexpr int kHalf = kOne / 2;

/// A rotated coordinate across the picture, growing by kOne a period.
struct Axis {
  int per_x = 0, per_y = 0, offset = 0;

  [[nodiscard]] int at(int x, int y) const { return x * per_x + y * per_y + offset; }
  /// The position within the period.
  [[nodiscard]] int phase(int x, int y) const { return at(x, y) & (kOne - 1); }
};

int to_fixed(double value) { return static_cast<int>(std::lround(value * kOne)); }

/// Two axes at right angles with a period in pixels.
struct Grid {
  Axis u, v;
  double period;
};

Grid draw_grid(Rng& rng, double least, double most) {
  const double period = rng.uniform(least, most);
  const Point along = direction(rng.uniform());
  return {{to_fixed(along.x / period), to_fixed(along.y / period), to_fixed(rng.uniform())},
          {to_fixed(-along.y / period), to_fixed(along.x / period), to_fixed(rng.uniform())},
          period};
}

/// A wave between -kOne and kOne with flat tops and flanks about a pixel wide.
int square_wave(int phase, int gain) {
  const int triangle = std::abs(2 * phase - kOne) - kHalf;  // -kHalf to kHalf
  return std::clamp(triangle * gain, -kOne, kOne);
}

int gain_of(const Grid& grid) { return std::max(1, static_cast<int>(grid.period / 2)); }

/// Fills the picture with a mix of two colours; `mix(x, y)` is 0 (the first) to kOne (the second).
template <class Mix>
void blend(Image& image, const Colour& first, const Colour& second, const Mix& mix) {
  for (int y = 0; y < image.height; ++y) {
    std::uint8_t* out = image.row(y);
    for (int x = 0; x < image.width; ++x) {
      const int part = mix(x, y) >> 8;
      for (std::size_t c = 0; c < 3; ++c) {
        *out++ = static_cast<std::uint8_t>((first[c] * (256 - part) + second[c] * part) >> 8);
      }
    }
  }
}

void stripes(Rng& rng, Image& image, const Colour& first, const Colour& second) {
  const Grid grid = draw_grid(rng, 0.12 * image.width, 0.4 * image.width);
  const int gain = gain_of(grid);
  blend(image, first, second,
        [&](int x, int y) { return (square_wave(grid.u.phase(x, y), gain) + kOne) / 2; });
}

void checks(Rng& rng, Image& image, const Colour& first, const Colour& second) {
  const Grid grid = draw_grid(rng, 0.25 * image.width, 0.6 * image.width);
  const int gain = gain_of(grid);
  blend(image, first, second, [&](int x, int y) {
    const std::int64_t product =
        std::int64_t{square_wave(grid.u.phase(x, y), gain)} * square_wave(grid.v.phase(x, y), gain);
    return (static_cast<int>(product / kOne) + kOne) / 2;
  });
}

void dots(Rng& rng, Image& image, const Colour& first, const Colour& second) {
  const Grid grid = draw_grid(rng, 0.15 * image.width, 0.3 * image.width);
  const int radius = to_fixed(rng.uniform(0.22, 0.34));
  // Near the rim r^2 - d^2 falls by 2 r / period for each pixel.
  const std::int64_t gain = static_cast<std::int64_t>(grid.period * kOne / (2.0 * radius)) + 1;
  const std::int64_t limit = std::int64_t{radius} * radius / kOne;
  blend(image, first, second, [&](int x, int y) {
    const std::int64_t u = grid.u.phase(x, y) - kHalf, v = grid.v.phase(x, y) - kHalf;
    const std::int64_t depth = limit - (u * u + v * v) / kOne;
    return static_cast<int>(std::clamp<std::int64_t>(depth * gain + kHalf, 0, kOne));
  });
}

void gradient(Rng& rng, Image& image, const Colour& first, const Colour& second) {
  const Point along = direction(rng.uniform());
  // From one corner to the opposite one.
  const double length = (std::abs(along.x) + std::abs(along.y)) * image.width;
  const Axis axis{to_fixed(along.x / length), to_fixed(along.y / length), kHalf};
  const int half = image.width / 2;
  blend(image, first, second,
        [&](int x, int y) { return std::clamp(axis.at(x - half, y - half), 0, kOne); });
}

void grain(Rng& rng, Image& image, const Colour& first, const Colour& second) {
  blend(image, first, second, [&](int, int) { return static_cast<int>(rng.u32() >> 16); });
}

/// Random values on a coarse lattice, interpolated smoothly (value noise).
void clouds(Rng& rng, Image& image, const Colour& first, const Colour& second) {
  constexpr int kMostCells = 6;
  const int cells = static_cast<int>(rng.between(3, kMostCells));
  std::array<std::array<int, kMostCells + 1>, kMostCells + 1> lattice{};
  for (auto& row : lattice) {
    for (int& value : row) value = static_cast<int>(rng.u32() >> 16);
  }
  const auto smooth = [](std::int64_t t) { return t * t / kOne * (3 * kOne - 2 * t) / kOne; };
  const int step = cells * kOne / image.width;
  blend(image, first, second, [&](int x, int y) {
    const auto column = static_cast<std::size_t>((x * step) >> 16);
    const auto row = static_cast<std::size_t>((y * step) >> 16);
    const std::int64_t across = smooth((x * step) & (kOne - 1));
    const std::int64_t down = smooth((y * step) & (kOne - 1));
    const auto between = [&](const std::array<int, kMostCells + 1>& line) {
      return line[column] + (line[column + 1] - line[column]) * across / kOne;
    };
    const std::int64_t above = between(lattice[row]), below = between(lattice[row + 1]);
    const std::int64_t value = above + (below - above) * down / kOne;
    return static_cast<int>(std::clamp<std::int64_t>(2 * (value - kHalf) + kHalf, 0, kOne));
  });
}

struct Texture {
  std::string_view word;
  void (*draw)(Rng&, Image&, const Colour&, const Colour&);
  bool two_hues;  ///< else the second colour is a shade of the first
};

constexpr std::array<Texture, 6> kTextures{{{"striped", stripes, false},
                                            {"checked", checks, false},
                                            {"dotted", dots, false},
                                            {"graded", gradient, false},
                                            {"grainy", grain, false},
                                            {"cloudy", clouds, true}}};

}  // namespace

Background draw_background(Rng& rng, int size) {
  const Texture& texture = kTextures[rng.below(kTextures.size())];
  const NamedColour first = draw_colour(rng);
  Background background{Image(size, size), {first.rgb}, str(texture.word, ' ', first.name)};
  if (texture.two_hues) {
    const NamedColour second = draw_colour(rng);
    background.colours.push_back(second.rgb);
    if (second.name != first.name) background.words += str(" and ", second.name);
  } else {
    const int amount = static_cast<int>(rng.between(50, 110));
    // Dark colours can only be told from lighter shades, light ones from darker.
    const bool is_dark = first.rgb[0] + first.rgb[1] + first.rgb[2] < 3 * 128;
    background.colours.push_back(shade(first.rgb, is_dark ? amount : -amount));
  }
  texture.draw(rng, background.image, background.colours[0], background.colours[1]);
  return background;
}

}  // namespace vit
