#include "vit/data/shapes_colour.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>

namespace vit {
namespace {

constexpr std::array<NamedColour, 12> kPalette{{{"red", {215, 40, 45, 255}},
                                                {"orange", {240, 130, 25, 255}},
                                                {"yellow", {240, 215, 50, 255}},
                                                {"green", {45, 155, 60, 255}},
                                                {"turquoise", {50, 195, 190, 255}},
                                                {"blue", {45, 80, 205, 255}},
                                                {"purple", {130, 55, 170, 255}},
                                                {"pink", {240, 130, 180, 255}},
                                                {"brown", {115, 70, 40, 255}},
                                                {"white", {238, 238, 238, 255}},
                                                {"grey", {132, 132, 132, 255}},
                                                {"black", {24, 24, 24, 255}}}};

/// The squared distance in RGB to the nearest of the others.
int distance(const Colour& colour, const std::vector<Colour>& others) {
  int nearest = std::numeric_limits<int>::max();
  for (const Colour& other : others) {
    int sum = 0;
    for (std::size_t c = 0; c < 3; ++c) sum += (colour[c] - other[c]) * (colour[c] - other[c]);
    nearest = std::min(nearest, sum);
  }
  return nearest;
}

std::uint8_t to_level(std::int64_t value) {
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(value, 0, 255));
}

}  // namespace

std::span<const NamedColour> palette() { return kPalette; }

NamedColour draw_colour(Rng& rng) {
  NamedColour colour = kPalette[rng.below(kPalette.size())];
  const std::int64_t brightness = rng.between(-16, 16);
  for (std::size_t c = 0; c < 3; ++c) {
    colour.rgb[c] = to_level(colour.rgb[c] + brightness + rng.between(-8, 8));
  }
  return colour;
}

NamedColour draw_contrast(Rng& rng, const std::vector<Colour>& others,
                          const std::function<bool(std::string_view name)>& allowed) {
  constexpr int kClear = 130 * 130, kAttempts = 24;
  const auto draw = [&] {
    NamedColour colour = draw_colour(rng);
    while (!allowed(colour.name)) colour = draw_colour(rng);
    return colour;
  };
  NamedColour best = draw();
  for (int i = 1; i < kAttempts && distance(best.rgb, others) < kClear; ++i) {
    const NamedColour candidate = draw();
    if (distance(candidate.rgb, others) > distance(best.rgb, others)) best = candidate;
  }
  return best;
}

Colour shade(const Colour& colour, int amount) {
  Colour result = colour;
  const int target = amount > 0 ? 255 : 0, part = std::abs(amount);
  for (std::size_t c = 0; c < 3; ++c) {
    result[c] = to_level((colour[c] * (256 - part) + target * part + 128) / 256);
  }
  return result;
}

}  // namespace vit
