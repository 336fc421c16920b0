#include "vit/data/shapes_outline.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("directions are cosine and sine to 12 digits") {
  for (int i = -50; i < 150; ++i) {
    const double turns = i / 97.0;
    const Point point = direction(turns);
    CHECK(point.x == Approx(std::cos(2 * std::numbers::pi * turns)).margin(1e-12));
    CHECK(point.y == Approx(std::sin(2 * std::numbers::pi * turns)).margin(1e-12));
  }
}

TEST_CASE("a placed shape has the asked extent and lies inside the picture") {
  for (std::size_t kind = 0; kind < kShapeNames.size(); ++kind) {
    for (const double turns : {0.0, 0.1, 0.37}) {
      for (const double place : {0.0, 0.5, 1.0}) {
        Point low{1e9, 1e9}, high{-1e9, -1e9};
        const Outlines placed = place_shape(unit_shape(kind), turns, 20, {place, place}, 32);
        for (const auto& outline : placed) {
          for (const Point& point : outline) {
            low = {std::min(low.x, point.x), std::min(low.y, point.y)};
            high = {std::max(high.x, point.x), std::max(high.y, point.y)};
          }
        }
        CHECK(std::max(high.x - low.x, high.y - low.y) == Approx(20));
        CHECK(low.x == Approx(place * (32 - (high.x - low.x))).margin(1e-9));
        CHECK(high.y <= 32 + 1e-9);
      }
    }
  }
}

TEST_CASE("the kinds differ in how much of their box they fill or in how they fill it") {
  // Where two kinds, upright and 24 pixels wide, differ: at least an eighth of the larger one.
  for (std::size_t a = 0; a < kShapeNames.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const Coverage first = cover(place_shape(unit_shape(a), 0, 24, {0.5, 0.5}, 32), 32, 32);
      const Coverage second = cover(place_shape(unit_shape(b), 0, 24, {0.5, 0.5}, 32), 32, 32);
      int area_first = 0, area_second = 0, different = 0;
      for (int y = 0; y < 32; ++y) {
        for (int x = 0; x < 32; ++x) {
          area_first += first.at(x, y);
          area_second += second.at(x, y);
          different += std::abs(first.at(x, y) - second.at(x, y));
        }
      }
      CAPTURE(kShapeNames[a], kShapeNames[b]);
      CHECK(different > std::max(area_first, area_second) / 8);
    }
  }
}
