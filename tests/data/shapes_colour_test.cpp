#include "vit/data/shapes_colour.h"

#include <map>

#include "tests/catch.h"

using vit::Colour;
using vit::NamedColour;
using vit::Rng;

namespace {

int squared_distance(const Colour& a, const Colour& b) {
  int sum = 0;
  for (std::size_t c = 0; c < 3; ++c) sum += (a[c] - b[c]) * (a[c] - b[c]);
  return sum;
}

}  // namespace

TEST_CASE("Every colour comes up, and each goes by its name: little apart from its like") {
  Rng rng(1);
  std::map<std::string_view, std::vector<Colour>> seen;
  for (int i = 0; i < 2000; ++i) {
    const NamedColour colour = vit::draw_colour(rng);
    seen[colour.name].push_back(colour.rgb);
    CHECK(colour.rgb[3] == 255);
  }
  CHECK(seen.size() == 12);
  for (const auto& [name, colours] : seen)
    for (const Colour& colour : colours)
      CHECK(squared_distance(colour, colours.front()) <= 3 * 48 * 48);  // 2 (16 + 8) a channel
}

TEST_CASE("A contrast is far from every colour that it must be told from") {
  Rng rng(2);
  for (int i = 0; i < 500; ++i) {
    const Colour one = vit::draw_colour(rng).rgb, two = vit::draw_colour(rng).rgb;
    const Colour contrast = vit::draw_contrast(rng, {one, two}).rgb;
    CHECK(squared_distance(contrast, one) > 60 * 60);
    CHECK(squared_distance(contrast, two) > 60 * 60);
  }
}

TEST_CASE("A shade goes from black over the colour itself to white") {
  const Colour colour{100, 200, 50, 255};
  CHECK(vit::shade(colour, -256) == Colour{0, 0, 0, 255});
  CHECK(vit::shade(colour, 0) == colour);
  CHECK(vit::shade(colour, 256) == Colour{255, 255, 255, 255});
  CHECK(vit::shade(colour, -128) == Colour{50, 100, 25, 255});
}

TEST_CASE("The same generator draws the same colours") {
  Rng one(3), two(3);
  for (int i = 0; i < 10; ++i) CHECK(vit::draw_colour(one).rgb == vit::draw_colour(two).rgb);
}
