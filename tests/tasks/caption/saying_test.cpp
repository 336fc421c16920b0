#include "vit/tasks/caption/saying.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

namespace {

/// "a cat" was said, "a dog" was followed as well, "a dot" was given up.
vit::Saying search_of_two() {
  vit::Saying saying;
  saying.tree = {{-1, "a", -0.1, true}, {0, " cat", -0.5, true}, {0, " do", -0.9, false},
                 {1, "", -0.6, true},   {2, "g", -1.0, false},   {2, "t", -3.0, false},
                 {4, "", -1.25, false}};
  saying.beams = {{"a cat", -0.6}, {"a dog", -1.25}};
  return saying;
}

int brightness(const vit::Image& image, int x, int y) {
  return image.pixel(x, y)[0] + image.pixel(x, y)[1] + image.pixel(x, y)[2];
}

}  // namespace

TEST_CASE("A search is a tree in which what sequences share stands once") {
  CHECK(vit::tree_text(search_of_two()) ==
        "└ a\n"
        "  ├ cat  -0.60  ← said\n"
        "  └ do\n"
        "    ├ g  -1.25\n"
        "    └ t ×\n");
  CHECK(vit::tree_text({}).empty());
}

TEST_CASE("Beams are told where several sentences were followed") {
  vit::Saying saying = search_of_two();
  saying.words = {{"a", 0.9, {}}, {"cat", 0.5, {}}};
  nlohmann::json told;
  vit::tell_saying(saying, told);
  CHECK(told["words"][1]["word"] == "cat");
  CHECK(told["beams"][1]["caption"] == "a dog");
  CHECK(told["beams"][1]["log_probability"] == -1.25);
  CHECK(told["tree"][4]["parent"] == 2);
  saying.beams.resize(1);
  nlohmann::json greedy;
  vit::tell_saying(saying, greedy);
  CHECK_FALSE(greedy.contains("beams"));
}

TEST_CASE("Each word has the image again, bright where it was looked for in the file") {
  // The input is the right half of a file of 40 x 20 pixels; the lower left cell was looked at.
  auto saying = std::make_shared<vit::Saying>();
  saying->rows = saying->columns = 2;
  saying->input = {8, 8};
  saying->placement.original = {20, 40};
  saying->placement.to_input = {0.4, 0, -8, 0, 0.4, 0};
  saying->words = {{"cat", 0.5, {0, 0, 1, 0}}};
  vit::Image grey(40, 20);
  std::fill(grey.pixels.begin(), grey.pixels.end(), std::uint8_t{128});
  const vit::Image sheet = vit::saying_images(grey, {"cat", saying});
  CHECK(sheet.width > 2 * 160);
  // Tiles of 160 pixels with gaps of 10: the second one shows 160 x 80 pixels of the file.
  int best = 0, best_x = 0, best_y = 0;
  for (int y = 10; y < 170; ++y)
    for (int x = 180; x < 340; ++x)
      if (sheet.pixel(x, y)[2] < 60 && brightness(sheet, x, y) > best) {
        best = brightness(sheet, x, y);
        best_x = x - 180;
        best_y = y;
      }
  CHECK(best > 0);
  CHECK((best_x >= 80 && best_x < 125));
  CHECK(best_y > sheet.height / 3);
}
