#include "vit/image/draw.h"

#include <algorithm>

#include "tests/image/fixtures.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("a rectangle's frame lies on its own pixels and is cut at the borders") {
  Image image(4, 3, 1);
  draw_rectangle(image, 1, 0, 4, 3, {9});
  CHECK(image == grey(4, 3,
                      {0, 9, 9, 9,  //
                       0, 9, 0, 9,  //
                       0, 9, 9, 9}));
  Image cut(2, 2, 1);
  draw_rectangle(cut, -5, -5, 2, 1, {9});
  CHECK(cut == grey(2, 2, {9, 9, 0, 0}));
}

TEST_CASE("a filled polygon covers its pixels") {
  Image image(3, 3, 1);
  fill_polygon(image, {{{1, 1}, {3, 1}, {3, 3}, {1, 3}}}, {200});
  CHECK(image == grey(3, 3, {0, 0, 0, 0, 200, 200, 0, 200, 200}));
}

TEST_CASE("text leaves ink where it is asked for, in the colour that was given") {
  Image image(60, 30);
  draw_text(image, "Hi", 10, 5, {255, 0, 0, 255}, 12);
  int red = 0, other = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = 0; x < image.width; ++x) {
      const bool near = x >= 8 && x < 45 && y >= 3 && y < 20;
      red += near && image.pixel(x, y)[0] > 100 ? 1 : 0;
      other += image.pixel(x, y)[1] + image.pixel(x, y)[2] + (near ? 0 : image.pixel(x, y)[0]);
    }
  }
  CHECK(red > 15);
  CHECK(other == 0);
  draw_label(image, "beyond the border", 50, 25, {255, 255, 255}, {1, 2, 3});
  CHECK(image.pixel(59, 29)[2] != 0);
}

TEST_CASE("a mask tints the pixels of its value") {
  Image image = grey(3, 1, {0, 0, 0});
  tint_mask(image, grey(3, 1, {1, 2, 1}), 1, {200}, 0.5);
  CHECK(image == grey(3, 1, {100, 0, 100}));
}

TEST_CASE("neighbouring colours of a legend differ") {
  for (int i = -3; i < 30; ++i) CHECK(distinct_colour(i) != distinct_colour(i + 1));
}
