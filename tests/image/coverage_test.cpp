#include "vit/image/coverage.h"

#include <numeric>

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

namespace {

/// The covered area in pixels.
double area(const Coverage& coverage) {
  const auto& amounts = coverage.amount.pixels;
  return std::accumulate(amounts.begin(), amounts.end(), 0.0) / 255;
}

std::vector<Point> rectangle(double x0, double y0, double x1, double y1) {
  return {{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}};
}

}  // namespace

TEST_CASE("pixels are covered by the part of them that is inside") {
  const Coverage coverage = cover({rectangle(1, 1, 2.5, 3)}, 8, 8);
  CHECK(coverage.at(1, 1) == 255);
  CHECK(coverage.at(2, 2) == 128);
  CHECK(coverage.at(3, 1) == 0);
  CHECK(coverage.at(0, 0) == 0);
  CHECK(coverage.at(-5, 100) == 0);
}

TEST_CASE("an outline within another one is a hole, in either direction") {
  std::vector<Point> hole = rectangle(3, 3, 5, 5);
  CHECK(area(cover({rectangle(1, 1, 7, 7), hole}, 8, 8)) == Approx(36 - 4));
  std::reverse(hole.begin(), hole.end());
  CHECK(area(cover({rectangle(1, 1, 7, 7), hole}, 8, 8)) == Approx(36 - 4));
}

TEST_CASE("areas of slanted shapes are right to a hundredth") {
  CHECK(area(cover({{{4, 0.5}, {7.5, 4}, {4, 7.5}, {0.5, 4}}}, 8, 8)) ==
        Approx(24.5).epsilon(0.01));
  CHECK(area(cover({{{0, 0}, {16, 3}, {5, 16}}}, 16, 16)) == Approx(120.5).epsilon(0.01));
}

TEST_CASE("shapes are cut at the borders, and nothing may lie inside") {
  CHECK(area(cover({rectangle(-1e9, -5, 2, 1e9)}, 8, 8)) == Approx(16));
  CHECK(area(cover({rectangle(20, 20, 30, 30)}, 8, 8)) == 0);
  CHECK(area(cover({}, 8, 8)) == 0);
  CHECK(area(cover({{{1, 1}, {5, 5}}}, 8, 8)) == 0);
}

TEST_CASE("painting blends by coverage") {
  Image image = grey(3, 1, {100, 100, 100});
  paint(image, cover({rectangle(0, 0, 1.5, 1)}, 3, 1), {200});
  CHECK(image == grey(3, 1, {200, 150, 100}));
}
