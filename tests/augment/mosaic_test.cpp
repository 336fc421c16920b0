#include "vit/augment/mosaic.h"

#include <algorithm>
#include <set>

#include "tests/augment/support.h"
#include "vit/augment/pipeline.h"
#include "vit/core/error.h"
#include "vit/image/encode.h"
#include "vit/image/sample_geometry.h"

using namespace vit;
using namespace vit::test;

namespace {

/// An image of one grey level, which is its box's label and its mask's class, too. The box is half
/// as wide and high, in the middle.
Sample grey_sample(std::uint8_t level, int width, int height) {
  Sample sample;
  sample.image = Image(width, height, 3);
  std::fill(sample.image.pixels.begin(), sample.image.pixels.end(), level);
  sample.mask = Image(width, height, 1);
  std::fill(sample.mask.pixels.begin(), sample.mask.pixels.end(), level);
  const auto w = static_cast<float>(width), h = static_cast<float>(height);
  sample.boxes = {{w / 4, h / 4, w * 3 / 4, h * 3 / 4, level}};
  Image object(width, height, 1);  // all of the image
  std::fill(object.pixels.begin(), object.pixels.end(), std::uint8_t{1});
  sample.boxes[0].mask = std::make_shared<const Image>(std::move(object));
  start_placement(sample);
  return sample;
}

Mosaic mosaic_of(std::int64_t side) {
  Mosaic op;
  op.fill = std::vector<double>{200};
  op.adapt(square_input(side));
  return op;
}

Sample joined(const Mosaic& op, std::uint64_t index) {
  Sample sample = grey_sample(1, 64, 32);
  sample.companions = {grey_sample(2, 32, 32), grey_sample(3, 10, 30), grey_sample(4, 100, 80)};
  return augmented(op, std::move(sample), index);
}

}  // namespace

TEST_CASE("mosaic puts four images around a point, scaled to fit, with their boxes and masks") {
  const Mosaic op = mosaic_of(32);
  std::set<int> columns;
  for (std::uint64_t index = 0; index < 40; ++index) {
    CAPTURE(index);
    const Sample sample = joined(op, index);
    REQUIRE((sample.image.width == 64 && sample.image.height == 64));
    // The middle is where the second image begins, at its lower left corner.
    int x = 0, y = 0;
    for (int row = 0; row < 64; ++row)
      for (int column = 63; column >= 0; --column)
        if (sample.image.pixel(column, row)[0] == 2) x = column, y = row + 1;
    REQUIRE((x >= 16 && x <= 48 && y >= 16 && y <= 48));
    columns.insert(x);
    const auto expect = [&](int level, int left, int top, int width, int height) {
      for (int row = 0; row < 64; ++row)
        for (int column = 0; column < 64; ++column) {
          const bool inside =
              column >= left && column < left + width && row >= top && row < top + height;
          REQUIRE((sample.image.pixel(column, row)[1] == level) == inside);
          REQUIRE((*sample.mask.pixel(column, row) == level) == inside);
        }
      const auto found = std::find_if(sample.boxes.begin(), sample.boxes.end(),
                                      [&](const Box& box) { return box.label == level; });
      const auto edge = [](int start, int side, double part) {
        return std::clamp(static_cast<float>(start + side * part), 0.0F, 64.0F);
      };
      const Box box{edge(left, width, 0.25), edge(top, height, 0.25), edge(left, width, 0.75),
                    edge(top, height, 0.75)};
      REQUIRE((found != sample.boxes.end()) == (box.x0 < box.x1 && box.y0 < box.y1));
      if (found == sample.boxes.end()) return;
      CHECK(found->x0 == Approx(box.x0).margin(0.01));
      CHECK(found->y0 == Approx(box.y0).margin(0.01));
      CHECK(found->x1 == Approx(box.x1).margin(0.01));
      CHECK(found->y1 == Approx(box.y1).margin(0.01));
      for (int row = 0; row < 64; ++row)
        for (int column = 0; column < 64; ++column)
          REQUIRE((*found->mask->pixel(column, row) == 1) ==
                  (sample.image.pixel(column, row)[1] == level));
    };
    expect(1, x - 32, y - 16, 32, 16);
    expect(2, x, y - 32, 32, 32);
    expect(3, x - 11, y, 11, 32);  // 10x30 by 32 / 30
    expect(4, x, y, 32, 26);       // 100x80 by 32 / 100: 25.6
    CHECK(sample.companions.empty());
    // The placement is that of the sample itself.
    const auto [left, top] = sample.placement.input_point(0, 0);
    CHECK(left == Approx(x - 32));
    CHECK(top == Approx(y - 16));
    CHECK(sample.placement.to_input[0] == Approx(0.5));
  }
  CHECK(columns.size() > 10);
}

TEST_CASE("what no image of a mosaic covers has the fill, and no class") {
  const Sample sample = joined(mosaic_of(32), 0);
  std::int64_t filled = 0, without = 0;
  for (int y = 0; y < 64; ++y)
    for (int x = 0; x < 64; ++x) {
      filled += sample.image.pixel(x, y)[2] == 200 ? 1 : 0;
      without += *sample.mask.pixel(x, y) == kIgnoredClass ? 1 : 0;
    }
  CHECK(filled > 500);
  CHECK(filled == without);
}

TEST_CASE("a mosaic is drawn by chance, and its images from the whole set") {
  Mosaic op = mosaic_of(32);
  op.p = 0.3;
  std::set<std::int64_t> seen;
  CHECK(plausible(count_over_indices(1000,
                                     [&](Rng& rng) {
                                       const auto others = op.companions(7, rng);
                                       REQUIRE((others.empty() || others.size() == 3));
                                       seen.insert(others.begin(), others.end());
                                       return !others.empty();
                                     }),
                  1000, 0.3));
  CHECK(seen == std::set<std::int64_t>{0, 1, 2, 3, 4, 5, 6});
  Sample alone = grey_sample(1, 20, 30);
  CHECK(augmented(op, alone).image == alone.image);
}

TEST_CASE("a pipeline says which samples a mosaic wants, and takes them encoded or not") {
  AugmentList list;
  auto op = std::make_unique<Mosaic>(mosaic_of(32));
  op->p = 0.5;
  list.add(std::move(op));
  list.add("resize");
  const Pipeline pipeline = Pipeline::training(square_input(32), list, 5);
  int mosaics = 0;
  for (std::int64_t index = 0; index < 20; ++index) {
    const auto others = pipeline.companions(9, 2, index);
    CHECK(others == pipeline.companions(9, 2, index));
    mosaics += others.empty() ? 0 : 1;
  }
  CHECK(mosaics >= 3);
  CHECK(mosaics <= 17);
  std::vector<float> from_pixels(3 * 32 * 32), from_bytes(from_pixels.size());
  Sample decoded = grey_sample(1, 64, 32), encoded = decoded;
  for (std::uint8_t level = 2; level < 5; ++level) {
    decoded.companions.push_back(grey_sample(level, 40, 30));
    encoded.companions.push_back(grey_sample(level, 40, 30));
  }
  for (Sample& other : encoded.companions) {
    other.encoded = encode_png(other.image);
    other.image = {};
    other.placement = {};
  }
  pipeline.apply(decoded, 2, 0, from_pixels.data());
  pipeline.apply(encoded, 2, 0, from_bytes.data());
  CHECK(from_pixels == from_bytes);
  CHECK(decoded.boxes.size() == encoded.boxes.size());
}

TEST_CASE("a mosaic is the first operation") {
  CHECK_THROWS_WITH(Pipeline::training(square_input(32), AugmentList{"hflip", "mosaic"}, 5),
                    Catch::Contains("let it be the first"));
}
