#include "vit/image/placement.h"

#include <cmath>

#include "tests/catch.h"
#include "vit/image/geometry.h"
#include "vit/image/sample.h"

using namespace vit;

namespace {

void check_point(const std::pair<double, double>& point, double x, double y) {
  CHECK(point.first == Approx(x).margin(1e-9));
  CHECK(point.second == Approx(y).margin(1e-9));
}

void check_box(const Box& box, const Box& expected) {
  CHECK(box.x0 == Approx(expected.x0).margin(1e-4));
  CHECK(box.y0 == Approx(expected.y0).margin(1e-4));
  CHECK(box.x1 == Approx(expected.x1).margin(1e-4));
  CHECK(box.y1 == Approx(expected.y1).margin(1e-4));
  CHECK(box.label == expected.label);
  CHECK(box.difficult == expected.difficult);
}

}  // namespace

TEST_CASE("a placement without steps leaves everything where it is") {
  const Placement placement{{40, 60}};
  check_point(placement.input_point(3, 4), 3, 4);
  check_box(placement.to_original({1, 2, 3, 4, 5, true}), {1, 2, 3, 4, 5, true});
}

TEST_CASE("steps follow each other, and lead back") {
  Placement placement{{100, 200}};
  placement.crop(50, 10);                          // 100 x 50 pixels
  placement.resize({0.5F, 0, 80.5F, 40}, 40, 20);  // a half
  placement.hflip(40);
  check_point(placement.input_point(50.5, 10), 40, 0);
  check_point(placement.input_point(130.5, 50), 0, 20);
  check_point(placement.original_point(0, 20), 130.5, 50);
  check_box(placement.to_input_box({60.5F, 20, 70.5F, 40, 3}), {30, 5, 35, 15, 3});
  check_box(placement.to_original({30, 5, 35, 15, 3}), {60.5F, 20, 70.5F, 40, 3});
  placement.vflip(20);
  check_box(placement.to_original({30, 5, 35, 15, 3}), {60.5F, 20, 70.5F, 40, 3});
}

TEST_CASE("a box is cut to the original, where its size is known") {
  Placement placement{{20, 30}};
  placement.crop(-5, -5);
  check_box(placement.to_original({0, 0, 100, 10, 1}), {0, 0, 30, 5, 1});
  check_box(placement.to_original({0, 0, 4, 4, 1}), {0, 0, 0, 0, 1});
  placement.original = {};
  check_box(placement.to_original({0, 0, 100, 10, 1}), {-5, -5, 95, 5, 1});
}

TEST_CASE("each EXIF orientation places points where `orient` moves pixels") {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    Image image(5, 4);
    image.pixel(3, 1)[0] = 200;
    Placement placement{{4, 5}};
    placement.orient(orientation, 5, 4);
    const auto [x, y] = placement.input_point(3.5, 1.5);
    const Image upright = orient(image, orientation);
    CHECK(int{upright.pixel(static_cast<int>(x), static_cast<int>(y))[0]} == 200);
    check_point(placement.original_point(x, y), 3.5, 1.5);
  }
}

TEST_CASE("a box becomes the upright one around its turned corners") {
  Placement placement{{10, 10}};
  placement.transform(rotation(45, 10, 10));
  const auto side = static_cast<float>(std::sqrt(2.0));
  check_box(placement.to_input_box({4, 4, 6, 6, 2}), {5 - side, 5 - side, 5 + side, 5 + side, 2});
  const auto [x, y] = placement.input_point(7, 3);
  check_point(placement.original_point(x, y), 7, 3);
}

TEST_CASE("what a step has left no area of has no place in the original") {
  Placement placement{{10, 10}};
  placement.transform({1, 0, 0, 1, 0, 0});
  CHECK(std::isnan(placement.original_point(1, 1).first));
  check_box(placement.to_original({1, 1, 2, 2, 4}), {0, 0, 0, 0, 4});
}
