#include "vit/tasks/detect/draw_objects.h"

#include <algorithm>

#include "tests/catch.h"
#include "vit/image/draw.h"

namespace {

std::array<std::uint8_t, 3> colour_at(const vit::Image& image, int x, int y) {
  const std::uint8_t* pixel = image.pixel(x, y);
  return {pixel[0], pixel[1], pixel[2]};
}

std::array<std::uint8_t, 3> class_colour(int label) {
  const vit::Colour colour = vit::distinct_colour(label);
  return {colour[0], colour[1], colour[2]};
}

}  // namespace

TEST_CASE("Objects have frames in the colours of their classes, the image stays inside") {
  const vit::Image image(200, 100);
  const vit::Image drawn = vit::with_objects(
      image, std::vector<vit::Box>{{20, 40, 60, 80, 0}, {120, 40, 160, 80, 1}}, {"cat", "dog"});
  CHECK(colour_at(drawn, 40, 79) == class_colour(0));
  CHECK(colour_at(drawn, 140, 79) == class_colour(1));
  CHECK(colour_at(drawn, 40, 60) == std::array<std::uint8_t, 3>{});
  CHECK(colour_at(drawn, 21, 35) != std::array<std::uint8_t, 3>{});  // the name's plate above
}

TEST_CASE("What is found is drawn from a confidence on, the surest on top, with its score") {
  const vit::Image image(200, 100);
  const std::vector<vit::FoundObject> found = {
      {{20, 40, 60, 80, 0}, 0.9}, {{20, 40, 60, 80, 1}, 0.5}, {{120, 40, 160, 80, 1}, 0.2}};
  const vit::Image drawn = vit::with_objects(image, found, {"cat", "dog"}, 0.3);
  CHECK(colour_at(drawn, 40, 79) == class_colour(0));
  CHECK(colour_at(drawn, 140, 79) == std::array<std::uint8_t, 3>{});
  CHECK(vit::object_text(found[0], {"cat", "dog"}) == "cat 0.90");
  CHECK(vit::object_text(vit::Box{0, 0, 1, 1, 5}, {"cat", "dog"}) == "5");
}

TEST_CASE("Masks shine through below the frames, in the colours of their classes") {
  const vit::Image image(200, 100);
  vit::FoundObject object{{20, 40, 60, 80, 0}, 0.9};
  vit::Image mask(200, 100, 1);
  vit::fill_rectangle(mask, 30, 50, 50, 60, {1});
  object.mask = vit::mask_runs(mask);
  const vit::Image drawn = vit::with_objects(image, std::vector{object}, {"cat", "dog"});
  CHECK(colour_at(drawn, 40, 70) == std::array<std::uint8_t, 3>{});
  CHECK(colour_at(drawn, 40, 79) == class_colour(0));
  const auto inside = colour_at(drawn, 40, 55);
  for (std::size_t c = 0; c < 3; ++c)
    CHECK(static_cast<int>(inside[c]) == Approx(class_colour(0)[c] / 2).margin(1));
}

TEST_CASE("Boxes beyond the image, inverted ones and those without area can be drawn") {
  for (const vit::Box& box : {vit::Box{-1e30F, -50, 1e30F, 90, 0}, vit::Box{60, 60, 20, 20, 0},
                              vit::Box{10, 10, 10, 10, 0}, vit::Box{400, 400, 500, 500, 0}})
    CHECK(vit::with_objects(vit::Image(60, 60), std::vector<vit::Box>{box}, {"cat"}).width == 60);
}
