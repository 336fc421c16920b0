#include "vit/data/pixel_records.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using vit::PixelRecords;
using Pixels = std::vector<std::uint8_t>;

TEST_CASE("Records of pixels are pictures by name and number, grey ones as RGB") {
  const PixelRecords colour("toys", 1, 2, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, {1, 0},
                            {"car", "ball"});
  CHECK(colour.size() == 2);
  CHECK(colour.label(0) == 1);
  CHECK(colour.classes() == std::vector<std::string>{"car", "ball"});
  const vit::Sample second = colour.get(1);
  CHECK(second.source == "toys/1");
  CHECK(second.label == 0);
  CHECK(second.image.width == 2);
  CHECK(second.image.height == 1);
  CHECK(second.image.pixels == Pixels{7, 8, 9, 10, 11, 12});

  const PixelRecords grey("digits", 1, 2, 1, {5, 6}, {0}, {"zero"});
  CHECK(grey.get(0).image.pixels == Pixels{5, 5, 5, 6, 6, 6});
}

TEST_CASE("A record whose label has no class is refused with its number") {
  const auto error = vit::test::error_of([] {
    const PixelRecords toys("toys", 1, 1, 1, {5, 6}, {0, 2}, {"car", "ball"});
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK(error->where() == "toys");
  CHECK_THAT(error->problem(), Catch::Contains("record 1 has label 2, and there are 2 classes"));
}
