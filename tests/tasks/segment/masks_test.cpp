#include "vit/tasks/segment/masks.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

namespace {

vit::Sample sample_of(int width, int height, std::uint8_t value) {
  vit::Sample sample;
  sample.source = "a.png";
  sample.mask = vit::Image(width, height, 1);
  std::fill(sample.mask.pixels.begin(), sample.mask.pixels.end(), value);
  return sample;
}

}  // namespace

TEST_CASE("Masks of training samples lie in one tensor, ignored pixels among them") {
  const vit::MaskCollator collator(4);
  const auto annotations = collator.allocate(2, {3, 5}, {});
  collator.put(*annotations, 0, sample_of(5, 3, 2));
  collator.put(*annotations, 1, sample_of(5, 3, vit::kIgnoredClass));
  const torch::Tensor& masks = dynamic_cast<vit::MaskMaps&>(*annotations).masks;
  CHECK(masks.sizes() == torch::IntArrayRef({2, 3, 5}));
  CHECK((masks[0] == 2).all().item<bool>());
  CHECK((masks[1] == 255).all().item<bool>());
}

TEST_CASE("Samples without a mask, with values that are no class or of another size are refused") {
  const vit::MaskCollator collator(4);
  const auto annotations = collator.allocate(1, {3, 5}, {});
  const auto error = [&](const vit::Sample& sample) {
    const auto found = vit::test::error_of([&] { collator.put(*annotations, 0, sample); });
    REQUIRE(found);
    return *found;
  };
  CHECK_THAT(error(sample_of(0, 0, 0)).what(), Catch::Contains("a.png: has no mask"));
  CHECK_THAT(error(sample_of(5, 3, 4)).what(),
             Catch::Contains("value 4") && Catch::Contains("4 classes"));
  CHECK(error(sample_of(5, 3, 4)).kind() == vit::ErrorKind::data);
  CHECK_THAT(error(sample_of(4, 3, 1)).what(), Catch::Contains("3x4 pixels"));
}

TEST_CASE("Masks that are evaluated keep their own sizes") {
  const vit::FileMaskCollator collator(4);
  const auto annotations = collator.allocate(2, {3, 5}, {});
  collator.put(*annotations, 0, sample_of(50, 30, 2));
  collator.put(*annotations, 1, sample_of(7, 9, 1));
  const auto& masks = dynamic_cast<vit::FileMasks&>(*annotations).masks;
  CHECK(masks[0].width == 50);
  CHECK(masks[1].height == 9);
}
