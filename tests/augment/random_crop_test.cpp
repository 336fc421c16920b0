#include "vit/augment/random_crop.h"

#include <set>

#include "tests/augment/support.h"
#include "vit/image/geometry.h"
#include "vit/image/resize.h"

using namespace vit;
using namespace vit::test;

namespace {

/// Where in the padded picture each of many crops came from.
std::set<std::pair<int, int>> offsets(const RandomCrop& op, const Image& padded,
                                      const Image& from) {
  std::set<std::pair<int, int>> found;
  const auto height = static_cast<int>(op.size->height), width = static_cast<int>(op.size->width);
  for (std::uint64_t index = 0; index < 400; ++index) {
    Sample sample;
    sample.image = from;
    Rng rng(2, Stream::augment, 0, index);
    op.apply(sample, rng);
    bool is_part = false;
    for (int y = 0; y + height <= padded.height; ++y)
      for (int x = 0; x + width <= padded.width; ++x)
        if (crop(padded, x, y, width, height) == sample.image) {
          found.emplace(x, y);
          is_part = true;
        }
    REQUIRE(is_part);
  }
  return found;
}

}  // namespace

TEST_CASE("crops are parts of the padded picture, from all places, in each padding mode") {
  const Image image = noisy_sample(7, 6).image;
  const std::pair<const char*, PadMode> modes[] = {{"constant", PadMode::constant},
                                                   {"edge", PadMode::edge},
                                                   {"reflect", PadMode::reflect},
                                                   {"symmetric", PadMode::symmetric}};
  for (const auto& [name, mode] : modes) {
    CAPTURE(name);
    RandomCrop op;
    op.size = Size2{5, 7};
    op.padding = 1;
    op.padding_mode = name;
    op.fill = {9, 8, 7};
    const Image padded = pad(image, 1, 1, 1, 1, {mode, {9, 8, 7}});
    CHECK(offsets(op, padded, image).size() == 3 * 4);
  }
}

TEST_CASE("a picture that is too small is centred, and one fill value serves all channels") {
  RandomCrop op;
  op.size = Size2{6, 6};
  op.fill = {5};
  Sample sample = noisy_sample(4, 2);
  const Image image = sample.image;
  Rng rng(1, Stream::augment);
  op.apply(sample, rng);
  CHECK(sample.image == pad(image, 1, 2, 1, 2, {PadMode::constant, {5, 5, 5}}));
}

TEST_CASE("the shorter side is scaled to the size, and a square cut from the mirrored padding") {
  SimpleRandomCrop op;
  op.padding = 2;
  op.adapt(square_input(8));
  const Image image = noisy_sample(32, 16).image;
  const Image scaled = resize(image, 16, 8, Filter::bicubic);
  const Image padded = pad(scaled, 2, 2, 2, 2, {PadMode::reflect, {}});
  for (std::uint64_t index = 0; index < 50; ++index) {
    const Image cut = augmented(op, noisy_sample(32, 16), index).image;
    bool is_part = false;
    for (int y = 0; y + 8 <= padded.height; ++y)
      for (int x = 0; x + 8 <= padded.width; ++x)
        is_part = is_part || crop(padded, x, y, 8, 8) == cut;
    CHECK(is_part);
  }
}

TEST_CASE("pictures of every shape get the size, which need not be square") {
  SimpleRandomCrop op;
  op.size = Size2{6, 10};
  op.adapt(square_input(8));
  for (const auto& [width, height] : {std::pair{1, 1}, {3, 40}, {40, 3}, {10, 6}}) {
    const Sample sample = augmented(op, noisy_sample(width, height));
    CHECK(sample.image.width == 10);
    CHECK(sample.image.height == 6);
    CHECK(sample.mask.width == 10);
  }
}
