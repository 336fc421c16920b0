#include "vit/data/box.h"

#include <limits>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using vit::Box;

namespace {

void check_refused(const Box& box, const std::string& problem) {
  const auto error =
      vit::test::error_of([&] { (void)vit::box_inside(box, 20, 10, "labels.json, picture 7"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK(error->where() == "labels.json, picture 7");
  CHECK_THAT(error->problem(), Catch::Contains(problem));
  CHECK_THAT(error->remedy(), Catch::Contains("annotation"));
}

}  // namespace

TEST_CASE("A box is cut to its picture where it leaves it by rounding alone") {
  const Box inside = vit::box_inside(Box{-0.9F, 2, 20.9F, 10}, 20, 10, "here");
  CHECK(inside.x0 == 0);
  CHECK(inside.y0 == 2);
  CHECK(inside.x1 == 20);
  CHECK(inside.y1 == 10);
}

TEST_CASE("A box that is outside, empty or not made of numbers is refused with its place") {
  check_refused(Box{-1.5F, 2, 5, 5}, "leaves its picture of 20x10 pixels");
  check_refused(Box{1, 2, 5, 11.5F}, "leaves its picture");
  check_refused(Box{5, 2, 5, 5}, "is empty");
  check_refused(Box{5, 6, 7, 5}, "is empty");
  check_refused(Box{20.2F, 2, 20.8F, 5}, "is empty");  // nothing is left of it
  check_refused(Box{std::numeric_limits<float>::quiet_NaN(), 2, 5, 5}, "not made of numbers");
  check_refused(Box{1, 2, std::numeric_limits<float>::infinity(), 5}, "not made of numbers");
}
