#include "vit/data/box.h"

#include <limits>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using vit::Box;

namespace {

/// The only note that the box leaves; "" for none.
std::string note_of(const Box& box, bool is_kept) {
  vit::DataNotes notes;
  CHECK(vit::box_inside(box, 20, 10, "labels.json, picture 7", notes).has_value() == is_kept);
  if (notes.empty()) return {};
  REQUIRE(notes.all().size() == 1);
  CHECK(notes.all()[0].places == std::vector<std::string>{"labels.json, picture 7"});
  return notes.all()[0].what;
}

}  // namespace

TEST_CASE("A box is cut to its picture; a pixel over the edge is rounding, and not noted") {
  vit::DataNotes notes;
  const auto inside = vit::box_inside(Box{-0.9F, 2, 20.9F, 10}, 20, 10, "here", notes);
  REQUIRE(inside);
  CHECK(inside->x0 == 0);
  CHECK(inside->y0 == 2);
  CHECK(inside->x1 == 20);
  CHECK(inside->y1 == 10);
  CHECK(notes.empty());
  CHECK_THAT(note_of(Box{-1.5F, 2, 5, 5}, true), Catch::Contains("over the edge"));
  CHECK_THAT(note_of(Box{1, 2, 5, 11.5F}, true), Catch::Contains("over the edge"));
}

TEST_CASE("Boxes without area or outside are left out, as DETR does, and noted") {
  CHECK_THAT(note_of(Box{5, 2, 5, 5}, false), Catch::Contains("without area"));
  CHECK_THAT(note_of(Box{5, 6, 7, 5}, false), Catch::Contains("without area"));
  CHECK_THAT(note_of(Box{20.2F, 2, 20.8F, 5}, false), Catch::Contains("outside"));
  CHECK_THAT(note_of(Box{-9, 2, -1, 5}, false), Catch::Contains("outside"));
}

TEST_CASE("A box that is not made of numbers is refused with its place") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinite = std::numeric_limits<float>::infinity();
  for (const Box& box : {Box{nan, 2, 5, 5}, Box{1, 2, infinite, 5}}) {
    vit::DataNotes notes;
    const auto error = vit::test::error_of(
        [&] { (void)vit::box_inside(box, 20, 10, "labels.json, picture 7", notes); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
    CHECK(error->where() == "labels.json, picture 7");
    CHECK_THAT(error->problem(), Catch::Contains("not made of numbers"));
  }
}
