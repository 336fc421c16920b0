#include "vit/augment/random_scale_crop.h"

#include <algorithm>
#include <numeric>

#include "tests/augment/support.h"
#include "vit/image/sample_geometry.h"

using namespace vit;
using namespace vit::test;

namespace {

RandomScaleCrop scale_crop(double low, double high, std::int64_t side) {
  RandomScaleCrop op;
  op.scale = {low, high};
  op.size = Size2{side, side};
  op.adapt(square_input(32));
  return op;
}

std::int64_t pixels_of(const Image& mask, int value) {
  return std::count(mask.pixels.begin(), mask.pixels.end(), static_cast<std::uint8_t>(value));
}

}  // namespace

TEST_CASE("the same numbers give the same crop of the same scale, bit by bit the resized image's") {
  const RandomScaleCrop op = scale_crop(0.5, 2.0, 32);
  for (std::uint64_t index = 0; index < 20; ++index) {
    const Sample sample = noisy_sample(90, 60);
    const Sample first = augmented(op, sample, index), second = augmented(op, sample, index);
    CHECK(first.image == second.image);
    CHECK(first.mask == second.mask);
    CHECK(first.placement == second.placement);
    REQUIRE((first.image.width == 32 && first.image.height == 32));
    // The factor, then from above and from the left.
    Rng rng(5, Stream::augment, 0, index);
    const double factor = rng.uniform(0.5, 2.0);
    const auto side = [&](int length) { return static_cast<int>(length * factor + 0.5); };
    const Image scaled = resize(sample.image, side(90), side(60), Filter::bilinear);
    const auto& m = first.placement.to_input;
    CHECK(m[0] == Approx(side(90) / 90.0));
    CHECK(m[4] == Approx(side(60) / 60.0));
    const int left = static_cast<int>(std::lround(-m[2])),
              top = static_cast<int>(std::lround(-m[5]));
    const Colour mean{128, 128, 128};
    CHECK(first.image == crop(scaled, left, top, 32, 32, {PadMode::constant, mean}));
  }
}

TEST_CASE("scales and places are drawn evenly") {
  const RandomScaleCrop op = scale_crop(0.5, 1.5, 16);
  const Sample sample = noisy_sample(64, 64);
  CHECK(plausible(count_over_indices(1000,
                                     [&](Rng& rng) {
                                       Sample one = sample;
                                       op.apply(one, rng);
                                       return one.placement.to_input[0] < 1;
                                     }),
                  1000, 0.5));
}

TEST_CASE("what is too small is filled to the right and below: by the mean, and without a class") {
  RandomScaleCrop op = scale_crop(0.5, 0.5, 32);
  Sample sample = noisy_sample(40, 80);  // 20x40
  start_placement(sample);
  Sample small = augmented(op, sample);
  CHECK(small.placement.to_input[2] == 0);
  for (int y = 0; y < 32; ++y) {
    CHECK(*small.mask.pixel(19, y) == 0);
    CHECK(*small.mask.pixel(20, y) == kIgnoredClass);
    CHECK(int{small.image.pixel(20, y)[1]} == 128);
    CHECK(int{small.image.pixel(31, y)[2]} == 128);
  }
  op.fill = std::vector<double>{1, 2, 3};
  op.adapt(square_input(32));
  small = augmented(op, sample);
  CHECK(int{small.image.pixel(31, 0)[0]} == 1);
  CHECK(int{small.image.pixel(31, 0)[2]} == 3);
}

TEST_CASE("a crop of one class is drawn again, unless every share is allowed") {
  // The left three quarters are one class, the rest another.
  Sample sample = noisy_sample(200, 50);
  for (int y = 0; y < 50; ++y)
    for (int x = 150; x < 200; ++x) *sample.mask.pixel(x, y) = 1;
  RandomScaleCrop op = scale_crop(1, 1, 50);
  const auto is_mixed = [](const Image& mask) {
    const auto ones = pixels_of(mask, 1), zeros = pixels_of(mask, 0);
    return std::max(ones, zeros) < 0.75 * static_cast<double>(ones + zeros);
  };
  const auto mixed = [&] {
    return count_over_indices(300, [&](Rng& rng) {
      Sample one = sample;
      op.apply(one, rng);
      return is_mixed(one.mask);
    });
  };
  // Of 151 places 25 are mixed: with eleven draws, 1 - (126 / 151)^11 = 0.864.
  CHECK(plausible(mixed(), 300, 0.864));
  op.cat_max_ratio = 1;
  CHECK(plausible(mixed(), 300, 25.0 / 151));
}

TEST_CASE("pixels without a class count neither for nor against a crop") {
  Sample sample = noisy_sample(64, 64);
  std::fill(sample.mask.pixels.begin(), sample.mask.pixels.end(), kIgnoredClass);
  *sample.mask.pixel(31, 31) = 1;
  *sample.mask.pixel(32, 32) = 2;
  const RandomScaleCrop op = scale_crop(1, 1, 63);
  // Both are in each of the four crops, and neither is more than half of what counts.
  Rng rng(5, Stream::augment, 0, 0);
  op.apply(sample, rng);
  CHECK(pixels_of(sample.mask, 1) == 1);
  Rng once(5, Stream::augment, 0, 0);
  (void)once.uniform();
  (void)once.between(0, 1);
  (void)once.between(0, 1);
  CHECK(rng.position() == once.position());
}

TEST_CASE("without a mask the first crop is taken, and boxes move along") {
  const RandomScaleCrop op = scale_crop(2, 2, 60);
  Sample sample = noisy_sample(30, 30);
  sample.mask = {};
  sample.boxes = {{5, 10, 15, 20, 4}};
  start_placement(sample);
  const Sample scaled = augmented(op, sample);
  REQUIRE(scaled.boxes.size() == 1);
  CHECK(scaled.boxes[0].x0 == 10);
  CHECK(scaled.boxes[0].y1 == 40);
  CHECK(scaled.placement.to_original(scaled.boxes[0]).x1 == 15);
  CHECK(scaled.mask.empty());
}

TEST_CASE("a scale that is no interval is refused with its key") {
  RandomScaleCrop op;
  op.scale = {2, 0.5};
  CHECK_THROWS_WITH(op.adapt(square_input(32)), Catch::Contains("random_scale_crop.scale"));
  op.scale = {1};
  CHECK_THROWS_WITH(op.adapt(square_input(32)), Catch::Contains("[low, high]"));
}

TEST_CASE("large scale jitter counts from the scale at which the image fits") {
  RandomScaleCrop op = scale_crop(0.1, 2.0, 64);
  op.relative_to = "size";
  op.size = Size2{48, 64};
  double least = 10, most = 0;
  for (std::uint64_t index = 0; index < 200; ++index) {
    Sample sample = noisy_sample(160, 100);
    start_placement(sample);
    sample = augmented(op, sample, index);
    REQUIRE((sample.image.width == 64 && sample.image.height == 48));
    // 160x100 fits by 0.4: 64x40.
    const double factor = sample.placement.to_input[0] / 0.4;
    least = std::min(least, factor);
    most = std::max(most, factor);
    CHECK(sample.placement.to_input[4] / 0.4 == Approx(factor).margin(0.06));
  }
  CHECK(least >= 0.09);
  CHECK(least < 0.2);
  CHECK(most > 1.9);
  CHECK(most <= 2.01);
}

TEST_CASE("boxes of which too little is left are removed") {
  RandomScaleCrop op = scale_crop(2, 2, 32);
  const auto boxes_left = [&](double min_visible) {
    op.min_visible = min_visible;
    std::vector<std::size_t> counts;
    for (std::uint64_t index = 0; index < 40; ++index) {
      Sample sample = noisy_sample(40, 40);
      sample.boxes = {{2, 2, 12, 12, 0}, {10, 10, 30, 30, 1}, {30, 4, 38, 36, 2}};
      start_placement(sample);
      const std::vector<Box> before = sample.boxes;
      sample = augmented(op, sample, index);
      std::size_t expected = 0;
      for (const Box& box : before) {
        const Box whole = sample.placement.to_input_box(box);
        const double width = std::min(whole.x1, 32.0F) - std::max(whole.x0, 0.0F),
                     height = std::min(whole.y1, 32.0F) - std::max(whole.y0, 0.0F);
        const double share = std::max(width, 0.0) * std::max(height, 0.0) /
                             ((whole.x1 - whole.x0) * (whole.y1 - whole.y0));
        expected += share > 0 && share >= min_visible ? 1 : 0;
      }
      REQUIRE(sample.boxes.size() == expected);
      counts.push_back(expected);
    }
    return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  };
  const std::size_t all = boxes_left(0), half = boxes_left(0.5);
  CHECK(all > half);
  CHECK(half > 0);
}
