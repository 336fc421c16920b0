#include "vit/report/picture_grid.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;

namespace {

Image plain(int width, int height, std::uint8_t value, int channels = 3) {
  Image image(width, height, channels);
  std::fill(image.pixels.begin(), image.pixels.end(), value);
  return image;
}

constexpr GridOptions kSmall{.columns = 2, .tile = 16, .gap = 4};

}  // namespace

TEST_CASE("pictures stand in rows, with a gap around each") {
  const Image sheet = picture_grid(
      {{plain(16, 16, 10), ""}, {plain(16, 16, 20), ""}, {plain(16, 16, 30), ""}}, kSmall);
  CHECK(sheet.width == 2 * 16 + 3 * 4);
  CHECK(sheet.height == 2 * 16 + 3 * 4);
  CHECK(sheet.pixel(4, 4)[0] == 10);
  CHECK(sheet.pixel(24, 4)[0] == 20);
  CHECK(sheet.pixel(4, 24)[0] == 30);
  CHECK(sheet.pixel(2, 2)[0] == 250);
  CHECK(sheet.pixel(30, 30)[0] == 250);
}

TEST_CASE("a small picture grows by a whole factor, its pixels sharp") {
  Image dots(2, 2);
  dots.pixel(1, 0)[0] = 255;
  const Image sheet = picture_grid({{dots, ""}}, kSmall);
  CHECK(sheet.pixel(4 + 7, 4)[0] == 0);
  CHECK(sheet.pixel(4 + 8, 4)[0] == 255);
}

TEST_CASE("a large picture is reduced in proportion, in the middle of its tile") {
  const Image sheet = picture_grid({{plain(320, 160, 77), ""}}, kSmall);
  CHECK(sheet.pixel(4, 4)[0] == 250);
  CHECK(sheet.pixel(4, 4 + 8)[0] == 77);
  CHECK(sheet.pixel(4 + 15, 4 + 8)[0] == 77);
}

TEST_CASE("grey, transparent, empty and very narrow pictures are shown") {
  const Image sheet = picture_grid(
      {{plain(4, 4, 9, 1), ""}, {plain(4, 4, 8, 4), ""}, {Image(), ""}, {plain(1, 5000, 7), ""}},
      kSmall);
  CHECK(sheet.channels == 3);
  CHECK(sheet.pixel(8, 8)[2] == 9);
  CHECK(sheet.pixel(28, 8)[2] == 8);
}

TEST_CASE("captions take room below, and stay within their tile") {
  const GridOptions options{.columns = 2, .tile = 64, .gap = 4};
  const Image without = picture_grid({{plain(8, 8, 0), ""}, {plain(8, 8, 0), ""}}, options);
  const Image with = picture_grid(
      {{plain(8, 8, 0), "cat\n" + std::string(4000, 'W')}, {plain(8, 8, 0), ""}}, options);
  CHECK(with.width == without.width);
  CHECK(with.height == without.height + 2 * 15);
  const auto is_plain = [&](int left, int right) {
    for (int y = 68; y < with.height; ++y)
      for (int x = left; x < right; ++x)
        if (with.pixel(x, y)[0] != 250) return false;
    return true;
  };
  CHECK(!is_plain(4, 68));
  CHECK(is_plain(68, with.width));
}

TEST_CASE("no pictures, no sheet; too many, an error") {
  CHECK(picture_grid({}).empty());
  const auto error = test::error_of([] {
    (void)picture_grid({{plain(1, 1, 0), ""}}, {.tile = 1 << 20});
  });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::usage);
}

TEST_CASE("Long captions are wrapped where it is asked for, and nothing of them is left out") {
  GridOptions options;
  const std::string caption = "a large red square on a dotted background and more";
  const Image cut = picture_grid({{plain(8, 8, 0), caption}}, options);
  options.wrap_captions = true;
  const Image wrapped = picture_grid({{plain(8, 8, 0), caption}}, options);
  CHECK(wrapped.width == cut.width);
  CHECK(wrapped.height == cut.height + 4 * 15);  // five lines instead of one
  const Image word = picture_grid({{plain(8, 8, 0), std::string(33, 'm')}}, options);
  CHECK(word.height == cut.height + 2 * 15);
}
