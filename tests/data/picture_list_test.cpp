#include "vit/data/picture_list.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

namespace {

vit::Image mask_of(std::vector<std::uint8_t> values) {
  vit::Image mask(static_cast<int>(values.size()) / 2, 2, 1);
  mask.pixels = std::move(values);
  return mask;
}

std::vector<std::uint8_t> labels_of(std::vector<std::uint8_t> values,
                                    const vit::MaskLabels& labels) {
  vit::Image mask = mask_of(std::move(values));
  vit::relabel_mask(mask, labels, "mask.png");
  return mask.pixels;
}

using Values = std::vector<std::uint8_t>;

}  // namespace

TEST_CASE("The values of a mask become labels, and 255 is none") {
  CHECK(labels_of({0, 1, 2, 255}, {.classes = 3}) == Values{0, 1, 2, 255});
  CHECK(labels_of({0, 7, 2, 9}, {.classes = 3, .ignored = {7, 9}}) == Values{0, 255, 2, 255});
  CHECK(labels_of({0, 1, 3, 255}, {.classes = 3, .reduce_zero_label = true}) ==
        Values{255, 0, 2, 255});
}

TEST_CASE("A value without a class is refused with its pixel") {
  vit::Image mask = mask_of({0, 1, 2, 0, 3, 0});
  const auto error =
      vit::test::error_of([&] { vit::relabel_mask(mask, {.classes = 3}, "mask.png"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK(error->where() == "mask.png");
  CHECK_THAT(error->problem(), Catch::Contains("x 1, y 1 has the value 3"));
  CHECK_THAT(error->remedy(), Catch::Contains("data.ignored"));
}

TEST_CASE("A picture of a list is what the list says of it") {
  const vit::PictureList list(
      {{.path = "a.jpg", .label = 1, .caption = "a cat"}, {.path = "b.jpg"}}, {"dog", "cat"});
  CHECK(list.size() == 2);
  CHECK(list.classes() == std::vector<std::string>{"dog", "cat"});
  CHECK(list.label(0) == 1);
  CHECK(list.label(1) == -1);
  CHECK(list.source(1) == "b.jpg");
  vit::Sample sample;
  list.annotate(0, sample);
  CHECK(sample.source == "a.jpg");
  CHECK(sample.label == 1);
  CHECK(sample.caption == "a cat");
}
