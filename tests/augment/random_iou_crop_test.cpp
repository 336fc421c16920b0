#include "vit/augment/random_iou_crop.h"

#include <algorithm>

#include "tests/augment/support.h"
#include "vit/core/error.h"
#include "vit/image/sample_geometry.h"

using namespace vit;
using namespace vit::test;

namespace {

Sample boxed_sample() {
  Sample sample = noisy_sample(97, 71);
  sample.boxes = {{3.5F, 4, 40, 30.25F, 0}, {50, 20, 96.5F, 70, 1}, {10, 45, 22, 60, 2}};
  return sample;
}

/// One trial of torchvision 0.29's RandomIoUCrop on these boxes, with its random numbers replaced.
struct Trial {
  double least;
  std::array<float, 4> drawn;
  PixelBox part;      ///< no width: refused
  unsigned kept = 0;  ///< the boxes whose centre is inside, as bits
};
const Trial kTrials[] = {
    {0.1, {0.606F, 0.557F, 0.133F, 0.378F}, {3, 8, 70, 48}, 5},
    {0.7, {0.485F, 0.64F, 0.594F, 0.067F}, {}, 0},
    {0.7, {0.013F, 0.93F, 0.857F, 0.48F}, {}, 0},
    {0.3, {0.564F, 0.239F, 0.196F, 0.734F}, {}, 0},
    {0.5, {0.553F, 0.856F, 0.562F, 0.487F}, {}, 0},
    {0.5, {0.654F, 0.881F, 0.154F, 0.237F}, {}, 0},
    {0.9, {0.155F, 0.888F, 0.948F, 0.535F}, {}, 0},
    {0.5, {0.759F, 0.015F, 0.687F, 0.795F}, {}, 0},
    {0, {0.163F, 0.776F, 0.98F, 0.605F}, {55, 7, 40, 59}, 2},
    {0, {0.308F, 0.798F, 0.031F, 0.843F}, {1, 9, 50, 60}, 5},
    {0.3, {0.484F, 0.609F, 0.736F, 0.942F}, {26, 18, 61, 51}, 2},
    {0.5, {0.731F, 0.807F, 0.943F, 0.437F}, {}, 0},
    {0.1, {0.899F, 0.374F, 0.099F, 0.036F}, {}, 0},
    {0.3, {0.431F, 0.519F, 0.853F, 0.395F}, {33, 9, 58, 47}, 2},
    {0.7, {0.338F, 0.564F, 0.902F, 0.944F}, {40, 20, 52, 49}, 2},
    {0.1, {0.918F, 0.882F, 0.386F, 0.385F}, {2, 2, 91, 65}, 7},
    {0, {0.807F, 0.425F, 0.593F, 0.322F}, {8, 9, 83, 42}, 3},
    {0.1, {0.061F, 0.648F, 0.642F, 0.34F}, {41, 6, 33, 53}, 2},
    {0.5, {0.361F, 0.695F, 0.939F, 0.361F}, {41, 5, 53, 55}, 2},
    {0.1, {0.448F, 0.829F, 0.876F, 0.983F}, {33, 8, 59, 62}, 2},
    {0, {0.878F, 0.602F, 0.994F, 0.293F}, {8, 5, 88, 51}, 7},
    {0, {0.349F, 0.128F, 0.258F, 0.995F}, {11, 43, 52, 27}, 4},
    {0.1, {0.843F, 0.942F, 0.007F, 0.499F}, {0, 1, 86, 68}, 7},
    {0, {0.874F, 0.729F, 0.088F, 0.527F}, {0, 7, 88, 57}, 7},
    {0, {0.675F, 0.901F, 0.384F, 0.183F}, {8, 0, 74, 66}, 7},
    {0.5, {0.512F, 0.24F, 0.996F, 0.951F}, {33, 36, 63, 33}, 2},
};

}  // namespace

TEST_CASE("each trial is torchvision's, given the same numbers") {
  const RandomIouCrop op;
  const Sample sample = boxed_sample();
  for (const Trial& trial : kTrials) {
    CAPTURE(trial.least, trial.drawn[0], trial.drawn[1]);
    const auto part = op.accepted_part(sample, trial.least, trial.drawn);
    REQUIRE(part.has_value() == (trial.part.width > 0));
    if (part) CHECK(*part == trial.part);
  }
}

TEST_CASE("boxes whose centre is cut away go, the others are cut to the part") {
  RandomIouCrop op;
  op.sampler_options = {0};
  const Sample whole = boxed_sample();
  int fewer = 0;
  for (std::uint64_t index = 0; index < 50; ++index) {
    Sample sample = whole;
    start_placement(sample);
    sample = augmented(op, sample, index);
    const auto left = static_cast<float>(-sample.placement.to_input[2]),
               top = static_cast<float>(-sample.placement.to_input[5]),
               right = left + static_cast<float>(sample.image.width),
               bottom = top + static_cast<float>(sample.image.height);
    std::vector<Box> expected;
    for (const Box& box : whole.boxes) {
      const float x = (box.x0 + box.x1) / 2, y = (box.y0 + box.y1) / 2;
      if (left < x && x < right && top < y && y < bottom) expected.push_back(box);
    }
    REQUIRE(!expected.empty());
    REQUIRE(sample.boxes.size() == expected.size());
    fewer += expected.size() < whole.boxes.size() ? 1 : 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      CHECK(sample.boxes[i].label == expected[i].label);
      CHECK(sample.boxes[i].x0 == std::max(expected[i].x0 - left, 0.0F));
      CHECK(sample.boxes[i].y1 == std::min(expected[i].y1, bottom) - top);
    }
  }
  CHECK(fewer > 10);
}

TEST_CASE("each overlap is chosen as often; 1 leaves the image alone, as does one without boxes") {
  const RandomIouCrop op;
  Sample sample = boxed_sample();
  // An overlap of 0 always finds a part within forty trials here, as do most others.
  const auto changed = count_changed(700, op, sample);
  CHECK(changed > 400);
  CHECK(changed < 620);  // 6/7 of 700 and a little
  RandomIouCrop never = op;
  never.sampler_options = {1};
  CHECK(count_changed(20, never, sample) == 0);
  sample.boxes.clear();
  CHECK(count_changed(20, op, sample) == 0);
}

TEST_CASE("an overlap that no part can have ends by itself") {
  RandomIouCrop op;
  op.sampler_options = {0.99};
  op.scale = {0.3, 0.4};
  CHECK(count_changed(3, op, boxed_sample()) == 0);
}

TEST_CASE("ranges that are none are refused") {
  RandomIouCrop op;
  op.scale = {0.5};
  CHECK_THROWS_WITH(op.adapt(square_input(8)), Catch::Contains("random_iou_crop.scale"));
  op = RandomIouCrop();
  op.aspect_ratio = {2, 1};
  CHECK_THROWS_WITH(op.adapt(square_input(8)), Catch::Contains("random_iou_crop.aspect_ratio"));
  op = RandomIouCrop();
  op.sampler_options = {};
  CHECK_THROWS_WITH(op.adapt(square_input(8)), Catch::Contains("sampler_options"));
}
