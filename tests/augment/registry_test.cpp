#include "vit/augment/registry.h"

#include <utility>

#include "tests/augment/support.h"
#include "vit/image/sample_geometry.h"

using namespace vit;
using namespace vit::test;

namespace {

constexpr int kWidth = 72, kHeight = 60;
const Box kObject{26, 20, 46, 36, 3};

/// An image with one object, as it is stored in its file and then turned upright.
Sample placed_sample(int exif_orientation) {
  Sample sample = noisy_sample(kWidth, kHeight);
  sample.boxes = {kObject};
  for (int y = 20; y < 36; ++y)
    for (int x = 26; x < 46; ++x) *sample.mask.pixel(x, y) = 1;
  start_placement(sample);
  sample.image = orient(sample.image, exif_orientation);
  orient_annotations(sample, exif_orientation, kWidth, kHeight);
  return sample;
}

/// A sample that `op` can join to others of noise, without objects.
Sample in_company(const AugmentOp& op, Sample sample, std::uint64_t index) {
  Rng rng(1, Stream::companions, 0, index);
  for (const std::int64_t other : op.companions(9, rng)) {
    sample.companions.push_back(noisy_sample(20 + static_cast<int>(other), 28));
    sample.companions.back().boxes.clear();
  }
  return sample;
}

/// The middle of the mask's ones.
std::pair<double, double> object_centre(const Image& mask) {
  double x_sum = 0, y_sum = 0, count = 0;
  for (int y = 0; y < mask.height; ++y)
    for (int x = 0; x < mask.width; ++x)
      if (*mask.pixel(x, y) == 1) x_sum += x + 0.5, y_sum += y + 0.5, ++count;
  return {x_sum / count, y_sum / count};
}

/// Whether the box around `expected` is `box`, within `margin` pixels.
bool near(const Box& box, const Box& expected, float margin) {
  return std::abs(box.x0 - expected.x0) <= margin && std::abs(box.y0 - expected.y0) <= margin &&
         std::abs(box.x1 - expected.x1) <= margin && std::abs(box.y1 - expected.y1) <= margin;
}

bool is_upright(const Placement& placement) {
  const auto& m = placement.to_input;
  return (m[1] == 0 && m[3] == 0) || (m[0] == 0 && m[4] == 0);
}

/// Holds the placement against boxes and mask; false where the object is cut and says nothing.
bool check_placement(const Sample& sample) {
  const Placement& placement = sample.placement;
  REQUIRE(placement.original == Size2{kHeight, kWidth});
  const Box seen = placement.to_input_box(kObject);
  if (seen.x0 < 0 || seen.y0 < 0 || seen.x1 > static_cast<float>(sample.image.width) ||
      seen.y1 > static_cast<float>(sample.image.height))
    return false;
  REQUIRE(sample.boxes.size() == 1);
  const Box box = sample.boxes[0];
  // Where the image is turned, the box of each step is around the one of the step before.
  if (is_upright(placement))
    REQUIRE(near(placement.to_original(box), kObject, 0.5F));
  else
    REQUIRE((box.x0 < seen.x0 + 0.01F && box.y0 < seen.y0 + 0.01F && box.x1 > seen.x1 - 0.01F &&
             box.y1 > seen.y1 - 0.01F));
  for (const auto& [x, y] : {std::pair(26.0, 20.0), std::pair(46.0, 20.0), std::pair(31.0, 36.0)}) {
    const auto [input_x, input_y] = placement.input_point(x, y);
    const auto [back_x, back_y] = placement.original_point(input_x, input_y);
    REQUIRE(back_x == Approx(x).margin(1e-6));
    REQUIRE(back_y == Approx(y).margin(1e-6));
  }
  const auto [x, y] = object_centre(sample.mask);
  const auto [expected_x, expected_y] = placement.input_point(36, 28);
  REQUIRE(x == Approx(expected_x).margin(0.75));
  REQUIRE(y == Approx(expected_y).margin(0.75));
  return true;
}

}  // namespace

TEST_CASE("every operation is a function of its generator alone, and clones itself") {
  for (const std::string& name : op_names()) {
    CAPTURE(name);
    const auto op = create_op(name);
    REQUIRE(op != nullptr);
    CHECK(op->name() == name);
    op->adapt(square_input(16));
    const auto copy = op->clone();
    for (std::uint64_t index = 0; index < 20; ++index) {
      Sample first = in_company(*op, noisy_sample(24, 20), index), second = first;
      Rng a(1, Stream::augment, 2, index), b(1, Stream::augment, 2, index);
      op->apply(first, a);
      copy->apply(second, b);
      REQUIRE(first.image == second.image);
      REQUIRE(first.mask == second.mask);
    }
  }
}

TEST_CASE("picture and mask keep one size, and boxes stay inside") {
  for (const std::string& name : op_names()) {
    CAPTURE(name);
    const auto op = create_op(name);
    op->adapt(square_input(16));
    for (std::uint64_t index = 0; index < 50; ++index) {
      Sample sample = in_company(*op, noisy_sample(24, 20), index);
      Rng rng(1, Stream::augment, 0, index);
      op->apply(sample, rng);
      REQUIRE(sample.mask.width == sample.image.width);
      REQUIRE(sample.mask.height == sample.image.height);
      for (const Box& box : sample.boxes) {
        REQUIRE((box.x0 >= 0 && box.y0 >= 0 && box.x0 < box.x1 && box.y0 < box.y1));
        REQUIRE(box.x1 <= static_cast<float>(sample.image.width));
        REQUIRE(box.y1 <= static_cast<float>(sample.image.height));
      }
    }
  }
}

TEST_CASE("each operation changes something in some of a hundred pictures") {
  for (const std::string& name : op_names()) {
    CAPTURE(name);
    const auto op = create_op(name);
    op->adapt(square_input(16));
    int changed = 0;
    for (std::uint64_t index = 0; index < 100; ++index) {
      Sample sample = in_company(*op, noisy_sample(24, 20), index);
      // Noise spans all levels already: leave autocontrast something to do.
      for (auto& value : sample.image.pixels) value = static_cast<std::uint8_t>(40 + value / 2);
      const Image before = sample.image;
      Rng rng(1, Stream::augment, 0, index);
      op->apply(sample, rng);
      changed += sample.image == before ? 0 : 1;
    }
    CHECK(changed > 0);
  }
}

TEST_CASE("every operation places boxes and masks in the file's image, however EXIF turns it") {
  for (const std::string& name : op_names())
    for (int orientation = 1; orientation <= 8; ++orientation) {
      CAPTURE(name, orientation);
      const auto op = create_op(name);
      op->adapt(square_input(48));
      int told = 0;
      for (std::uint64_t index = 0; index < 30; ++index) {
        Sample sample = in_company(*op, placed_sample(orientation), index);
        Rng rng(1, Stream::augment, 0, index);
        op->apply(sample, rng);
        told += check_placement(sample) ? 1 : 0;
      }
      CHECK(told >= 3);
    }
}

TEST_CASE("a turn or shear boxes the object's moved corners") {
  for (const char* name : {"rotate", "shear_x", "shear_y"}) {
    const auto op = create_op(name);
    op->adapt(square_input(48));
    for (std::uint64_t index = 0; index < 30; ++index) {
      CAPTURE(name, index);
      Sample sample = placed_sample(1);
      Rng rng(1, Stream::augment, 0, index);
      op->apply(sample, rng);
      if (!check_placement(sample)) continue;
      CHECK(near(sample.boxes[0], sample.placement.to_input_box(kObject), 0.01F));
    }
  }
}

TEST_CASE("an unknown operation is none") { CHECK(create_op("hflop") == nullptr); }
