#include "vit/tasks/detect/label_statistics.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/data/shapes.h"
#include "vit/data/yolo.h"

using namespace vit;

namespace {

std::string statistics_page(const Dataset& data) {
  return std::get<Html>(box_statistics(data).body).text;
}

}  // namespace

TEST_CASE("Statistics of boxes count them by class, image and size") {
  const test::ScratchFolder folder;
  for (const char* name : {"a", "b", "c"})
    test::put_picture(folder / "images" / (std::string(name) + ".png"), 1, 200, 100);
  test::put_text(folder / "images/broken.png", "no image");
  test::put_text(folder / "labels/a.txt", "0 .5 .5 1 1\n0 .1 .1 .1 .2\n1 .5 .5 .3 .5\n");
  test::put_text(folder / "labels/b.txt", "1 .5 .5 .1 .2\n");
  test::put_text(folder / "data.yaml", "train: images\nnames: [<cat>, dog, bird]\n");
  const std::string html = statistics_page(*yolo({.root = folder.path().string()}, Split::train));
  CHECK_THAT(html,
             Catch::Contains("4 objects in 3 images of 4: 1.3 an image, at most 3; 1 images"));
  const auto row = [](const std::string& name, std::vector<std::string> cells) {
    std::string text = "<tr><td>" + name + "</td>";
    for (const std::string& cell : cells)
      text += cell.empty() ? "<td></td>" : "<td class=\"n\">" + cell + "</td>";
    return text + "</tr>";
  };
  CHECK_THAT(html, Catch::Contains(row("&lt;cat&gt;", {"2", "1", "1", "0", "1", "141"})));
  CHECK_THAT(html, Catch::Contains(row("dog", {"2", "2", "1", "1", "0", "55"})));
  CHECK_THAT(html, Catch::Contains(row("bird", {"0", "0", "0", "0", "0", ""})));
  CHECK_THAT(html, Catch::Contains("centres") && Catch::Contains("<img"));
}

TEST_CASE("Statistics of a set that is drawn, and of one without boxes") {
  const auto shown = shapes({.image_size = 64, .num_train = 50, .max_objects = 4}, Split::train);
  CHECK_THAT(statistics_page(*shown),
             Catch::Contains("in 50 images") && Catch::Contains("at most 4"));
  const test::ScratchFolder folder;
  test::put_picture(folder / "images/a.png", 1, 200, 100);
  test::put_text(folder / "labels/a.txt", "");
  test::put_text(folder / "data.yaml", "train: images\nnames: [cat]\n");
  const std::string html = statistics_page(*yolo({.root = folder.path().string()}, Split::train));
  CHECK_THAT(html, Catch::Contains("0 objects in 1 images"));
  CHECK_THAT(html, !Catch::Contains("<img"));
}
