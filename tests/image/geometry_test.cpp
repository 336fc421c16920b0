#include "vit/image/geometry.h"

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

namespace {
const Image kRow = grey(3, 1, {1, 2, 3});
const Image kSquare = grey(2, 2,
                           {1, 2,  //
                            3, 4});
}  // namespace

TEST_CASE("a crop within the picture copies pixels") {
  CHECK(crop(grey(3, 2, {1, 2, 3, 4, 5, 6}), 1, 0, 2, 2) == grey(2, 2, {2, 3, 5, 6}));
}

TEST_CASE("a crop beyond the picture pads") {
  const auto across = [](PadMode mode) { return crop(kRow, -2, 0, 7, 1, {mode, {9}}); };
  CHECK(across(PadMode::constant) == grey(7, 1, {9, 9, 1, 2, 3, 9, 9}));
  CHECK(across(PadMode::edge) == grey(7, 1, {1, 1, 1, 2, 3, 3, 3}));
  CHECK(across(PadMode::reflect) == grey(7, 1, {3, 2, 1, 2, 3, 2, 1}));
  CHECK(across(PadMode::symmetric) == grey(7, 1, {2, 1, 1, 2, 3, 3, 2}));
}

TEST_CASE("padding by more than the picture goes on folding") {
  CHECK(pad(grey(2, 1, {1, 2}), 4, 0, 0, 0, {PadMode::reflect}) == grey(6, 1, {1, 2, 1, 2, 1, 2}));
  CHECK(pad(grey(1, 1, {5}), 1, 1, 1, 0, {PadMode::reflect}) == grey(3, 2, {5, 5, 5, 5, 5, 5}));
}

TEST_CASE("the fill colour has all channels") {
  const Image padded = pad(Image(1, 1), 1, 0, 0, 0, {PadMode::constant, {10, 20, 30}});
  CHECK(padded.pixels == std::vector<std::uint8_t>{10, 20, 30, 0, 0, 0});
}

TEST_CASE("the centre crop rounds halves to even, as torchvision does") {
  // Python: round(0.5) == 0, round(1.5) == 2, round(2.5) == 2
  CHECK(center_crop(grey(4, 1, {0, 1, 2, 3}), 3, 1) == grey(3, 1, {0, 1, 2}));
  CHECK(center_crop(grey(4, 1, {0, 1, 2, 3}), 1, 1) == grey(1, 1, {2}));
  CHECK(center_crop(grey(6, 1, {0, 1, 2, 3, 4, 5}), 1, 1) == grey(1, 1, {2}));
}

TEST_CASE("the centre crop of a picture that is too small pads with black") {
  CHECK(center_crop(grey(1, 1, {7}), 4, 1) == grey(4, 1, {0, 7, 0, 0}));
  CHECK(center_crop(grey(5, 1, {1, 2, 3, 4, 5}), 3, 2) == grey(3, 2, {2, 3, 4, 0, 0, 0}));
}

TEST_CASE("flips and the transpose") {
  CHECK(hflip(kSquare) == grey(2, 2, {2, 1, 4, 3}));
  CHECK(vflip(kSquare) == grey(2, 2, {3, 4, 1, 2}));
  CHECK(transpose(kSquare) == grey(2, 2, {1, 3, 2, 4}));
  CHECK(transpose(kRow) == grey(1, 3, {1, 2, 3}));
}

TEST_CASE("the eight EXIF orientations") {
  CHECK(orient(kSquare, 1) == kSquare);
  CHECK(orient(kSquare, 3) == grey(2, 2, {4, 3, 2, 1}));
  CHECK(orient(kSquare, 6) == grey(2, 2, {3, 1, 4, 2}));  // a quarter turn clockwise
  CHECK(orient(kSquare, 8) == grey(2, 2, {2, 4, 1, 3}));
  CHECK(orient(kSquare, 5) == transpose(kSquare));
  CHECK(orient(kSquare, 7) == grey(2, 2, {4, 2, 3, 1}));
}
