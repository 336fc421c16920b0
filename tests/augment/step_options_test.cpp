#include "vit/augment/step_options.h"

#include "tests/augment/support.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("the mean becomes a colour, rounded as Python rounds") {
  InputSpec input;
  input.mean = {0.485, 0.456, 0.406};  // timm: tuple(min(255, round(255 * x)) for x in mean)
  CHECK(mean_colour(input) == Colour{124, 116, 104, 104});
  input.mean = {0.5};  // 127.5: to the even one
  CHECK(mean_colour(input) == Colour{128, 128, 128, 128});
  input.mean = {0, 1, 2};
  CHECK(mean_colour(input) == Colour{0, 255, 255, 255});
}

TEST_CASE("pictures move by up to 0.45 of the shorter side, over the mean colour") {
  InputSpec input;
  input.img_size = {224, 300};
  CHECK(step_options(input, {}).levels.translate_const == 100);  // int(224 * 0.45)
  CHECK(step_options(input, {}).levels.translate_pct == 0.45);
  CHECK(step_options(input, {}).fill == mean_colour(input));
}

TEST_CASE("the filter is the model's or the one that is named; random is drawn for each step") {
  InputSpec input;
  input.interpolation = "bilinear";
  CHECK(step_options(input, {}).filter == Filter::bilinear);
  CHECK(step_options(input, "nearest").filter == Filter::nearest);
  CHECK(step_options(input, "bicubic").filter == Filter::bicubic);
  CHECK(step_options(input, "random").filter == std::nullopt);
  input.interpolation = "lanczos";  // not for affine transforms
  CHECK(step_options(input, {}).filter == Filter::bicubic);
  const auto error = error_of([&] { (void)step_options(input, "bicubik"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(error->where() == "augment.train: interpolation");
}
