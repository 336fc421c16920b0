#include "vit/augment/single_op.h"

#include <algorithm>

#include "tests/augment/support.h"
#include "vit/augment/step_options.h"
#include "vit/image/lookup.h"

using namespace vit;
using namespace vit::test;

namespace {

SingleOp single(std::string_view op, double m = 10, double p = 1) {
  SingleOp result("name", op);
  result.m = m;
  result.p = p;
  result.adapt(square_input(16));
  return result;
}

}  // namespace

TEST_CASE("the operation is done at its magnitude, either way, over the model's mean colour") {
  const InputSpec input = square_input(16);
  const NamedOpOptions how{Filter::bicubic, mean_colour(input)};
  const Sample original = noisy_sample(16, 12);
  const auto sheared = [&](double by) {
    Sample sample = original;
    find_named_op("ShearX")->apply(sample, by, how);
    return sample.image;
  };
  // timm: the magnitude's part of 0.3, with a random sign.
  const Image left = sheared(-0.15), right = sheared(0.15);
  const SingleOp op = single("ShearX", 5);
  const auto is = [](const Image& wanted) {
    return [&](const Image& image) { return image == wanted; };
  };
  const std::int64_t lefts = count_augmented(1000, op, original, is(left));
  CHECK(lefts + count_augmented(1000, op, original, is(right)) == 1000);
  CHECK(plausible(lefts, 1000, 0.5));
}

TEST_CASE("it is done as often as p says") {
  for (const double p : {0.0, 0.3, 1.0})
    CHECK(plausible(count_changed(3000, single("Invert", 10, p), noisy_sample(6, 5)), 3000, p));
}

TEST_CASE("a deviation above 100 draws the magnitude evenly from 0 to m") {
  Sample grey = noisy_sample(4, 4);
  for (auto& value : grey.image.pixels) value = 128;
  // At magnitude 5 and above, the threshold, 256 less a tenth of it for each magnitude, is reached.
  SingleOp op("solarize", "SolarizeIncreasing");
  op.p = 1;
  op.mstd = 101;
  op.adapt(square_input(16));
  CHECK(plausible(count_changed(3000, op, grey), 3000, 0.5));
  op.mstd = 0;
  op.adapt(square_input(16));
  CHECK(augmented(op, grey).image == invert(grey.image));
}

TEST_CASE("options of a magnitude are offered where the operation has one") {
  SingleOp invert = single("Invert"), shear = single("ShearX");
  CHECK(option_names(invert) == std::vector<std::string>{"p"});
  CHECK(option_names(shear) == std::vector<std::string>{"p", "m", "mstd", "interpolation"});
  CHECK(shear.name() == "name");
}
