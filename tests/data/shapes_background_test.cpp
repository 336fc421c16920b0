#include "vit/data/shapes_background.h"

#include <algorithm>
#include <set>

#include "tests/catch.h"

using vit::Background;
using vit::Rng;

TEST_CASE("A background is a square picture of its two colours, and says what it shows") {
  Rng rng(1);
  for (int i = 0; i < 200; ++i) {
    const Background background = vit::draw_background(rng, 24);
    REQUIRE(background.image.width == 24);
    REQUIRE(background.image.height == 24);
    REQUIRE(background.image.channels == 3);
    REQUIRE(background.colours.size() == 2);
    CHECK(background.words.find(' ') != std::string::npos);  // texture and colour
    // Every pixel is a mix of the two, so no channel leaves what lies between them.
    for (std::size_t c = 0; c < 3; ++c) {
      const auto [low, high] = std::minmax(background.colours[0][c], background.colours[1][c]);
      for (std::size_t p = c; p < background.image.pixels.size(); p += 3) {
        CHECK(background.image.pixels[p] + 1 >= low);
        CHECK(background.image.pixels[p] <= high + 1);
      }
    }
  }
}

TEST_CASE("It has a texture: no picture is of one colour, and there are many kinds") {
  Rng rng(2);
  std::set<std::string> textures;
  for (int i = 0; i < 300; ++i) {
    const Background background = vit::draw_background(rng, 32);
    textures.insert(background.words.substr(0, background.words.find(' ')));
    const auto [low, high] =
        std::minmax_element(background.image.pixels.begin(), background.image.pixels.end());
    CHECK(*low != *high);
  }
  CHECK(textures.size() >= 6);
}

TEST_CASE("The same generator draws the same background") {
  Rng one(3), two(3);
  for (int i = 0; i < 20; ++i) {
    const Background a = vit::draw_background(one, 16), b = vit::draw_background(two, 16);
    CHECK(a.image == b.image);
    CHECK(a.words == b.words);
  }
}
