#include "vit/data/yolo.h"

#include <algorithm>
#include <tuple>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/data/registry.h"

using namespace vit;

namespace {

/// Two training images of 40x20 pixels and one of validation.
struct YoloScene {
  test::ScratchFolder folder;
  YoloOptions options;

  YoloScene() {
    options.root = folder.path().string();
    test::put_picture(folder / "images/train/one.png", 5, 40, 20);
    test::put_picture(folder / "images/train/two.png", 6, 40, 20);
    test::put_picture(folder / "images/val/three.png", 7, 40, 20);
    test::put_text(folder / "labels/val/three.txt", "1 0.5 0.5 1 1\n");
    describe_as("train: images/train\nval: images/val\nnc: 2\nnames: [cat, dog]\n");
  }
  void describe_as(const std::string& yaml) const { test::put_text(folder / "data.yaml", yaml); }
  [[nodiscard]] std::unique_ptr<Dataset> open(const std::string& labels) const {
    test::put_text(folder / "labels/train/one.txt", labels);
    return yolo(options, Split::train);
  }
  [[nodiscard]] std::string problem(const std::string& labels = "0 .5 .5 .5 .5") const {
    const auto error = test::error_of([&] { (void)open(labels); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK_FALSE(error->remedy().empty());
    return error->what();
  }
};

void check_box(const Box& box, float x0, float y0, float x1, float y1) {
  CHECK(box.x0 == Approx(x0));
  CHECK(box.y0 == Approx(y0));
  CHECK(box.x1 == Approx(x1));
  CHECK(box.y1 == Approx(y1));
}

}  // namespace

TEST_CASE("YOLO's boxes are fractions of the image, and images without a label file have none") {
  const YoloScene scene;
  const auto data = scene.open("1 0.5 0.25 0.5 0.25\r\n\n0.0\t0.125 0.5 0.25 1\n");
  REQUIRE(data->size() == 2);
  CHECK(data->classes() == std::vector<std::string>{"cat", "dog"});
  const Sample sample = data->get(0);
  REQUIRE(sample.boxes.size() == 2);
  CHECK(sample.boxes[0].label == 1);
  check_box(sample.boxes[0], 10, 2.5, 30, 7.5);
  CHECK(sample.boxes[1].label == 0);
  check_box(sample.boxes[1], 0, 0, 10, 20);
  CHECK(sample.label == -1);
  CHECK(data->get(1).boxes.empty());
  CHECK_THAT(data->notes().line(), Catch::Contains("without a label file have no objects: 1"));
  const Sample last = yolo(scene.options, Split::val)->get(0);
  check_box(last.boxes.at(0), 0, 0, 40, 20);
}

TEST_CASE("YOLO's polygons become boxes, keypoints are passed over") {
  YoloScene scene;
  const auto polygon = scene.open("0 0.1 0.2 0.5 0.1 0.3 0.9\n");
  check_box(polygon->get(0).boxes.at(0), 4, 2, 20, 18);
  CHECK_THAT(polygon->notes().line(), Catch::Contains("polygons become the boxes"));
  scene.describe_as("train: images/train\nnames: [a]\nkpt_shape: [1, 2]\n");
  check_box(scene.open("0 0.5 0.5 0.5 0.5 0.9 0.9\n")->get(0).boxes.at(0), 10, 5, 30, 15);
}

TEST_CASE("What YOLO's tools pass over or cut is noted: no area, twice there, over the edge") {
  const YoloScene scene;
  const auto data = scene.open(
      "0 0.5 0.5 0 0.5\n"       // no width
      "0 0.5 0.5 -0.2 0.5\n"    // inverted
      "1 0 0.5 0.5 0.5\n"       // half of it outside
      "1 0.0 0.50 0.5 0.5\n"    // the same again
      "1 -0.5 0.5 0.2 0.2\n");  // all of it outside
  const Sample sample = data->get(0);
  REQUIRE(sample.boxes.size() == 1);
  check_box(sample.boxes[0], 0, 5, 10, 15);
  const std::string notes = data->notes().line();
  CHECK_THAT(notes, Catch::Contains("boxes without area are left out: 2"));
  CHECK_THAT(notes, Catch::Contains("objects that are there twice: 1"));
  CHECK_THAT(notes, Catch::Contains("boxes over the edge of their image are cut: 1"));
  CHECK_THAT(notes, Catch::Contains("boxes outside of their image are left out: 1"));
}

TEST_CASE("All faults of YOLO's labels are told at once, with files and lines") {
  const YoloScene scene;
  const std::string problem = scene.problem(
      "0 0.5 0.5 0.5 0.5\n"
      "2 0.5 0.5 0.5 0.5\n"
      "-1 0.5 0.5 0.5 0.5\n"
      "0.5 0.5 0.5 0.5 0.5\n"
      "0 320 200 40 30\n"
      "0 0.5 0.5 0.5\n"
      "0 0.5 0.5 0.5 0.5 0.9\n"
      "cat 0.5 0.5 0.5 0.5\n"
      "0 nan 0.5 0.5 0.5\n"
      "0 0.5 0.5 0.5 1e999\n");
  CHECK_THAT(problem, Catch::Contains("has 9 faults"));
  for (const char* part :
       {"one.txt:2: the class 2 is none of the 2", "one.txt:3: the class -1",
        "one.txt:4: the class 0.5", "one.txt:5: 320 is no fraction", "one.txt:6: has 4 numbers",
        "one.txt:7: has 6 numbers", "one.txt:8: expected a number, found \"cat\"",
        "one.txt:9: expected a number, found \"nan\"", "one.txt:10: expected a number"})
    CHECK_THAT(problem, Catch::Contains(part));
}

TEST_CASE("data.yaml: names as a map, no names, other keys, a file instead of a folder") {
  YoloScene scene;
  scene.describe_as(
      "path: .\ntrain: images/train\nval:\ntest: images/val\nnames:\n  1: dog\n  0: cat\n"
      "download: |\n  import os\n  print('&')\nroboflow: {version: 1}\n");
  CHECK(scene.open("0 .5 .5 .5 .5")->classes() == std::vector<std::string>{"cat", "dog"});
  CHECK(yolo_lacks_val(scene.options));
  scene.options.val = "test";
  CHECK_FALSE(yolo_lacks_val(scene.options));
  CHECK(yolo(scene.options, Split::val)->size() == 1);
  scene.describe_as("train: images/train\nnc: 3\n");
  CHECK(scene.open("2 .5 .5 .5 .5")->classes() == std::vector<std::string>{"0", "1", "2"});
  scene.options.root += "/data.yaml";
  CHECK(scene.open("2 .5 .5 .5 .5")->size() == 2);
}

TEST_CASE("The splits of data.yaml: folders, lists of them, text files, paths of other machines") {
  YoloScene scene;
  const std::string labels = "0 .5 .5 .5 .5";
  scene.describe_as("train: [images/train, images/val]\nnames: [a, b]\n");
  CHECK(scene.open(labels)->size() == 3);
  // What Roboflow writes, and a dataset that was moved.
  scene.describe_as("path: /nowhere/at/all\ntrain: ../images/train\nnames: [a, b]\n");
  const auto moved = scene.open(labels);
  CHECK(moved->size() == 2);
  CHECK_THAT(moved->notes().line(), Catch::Contains("`path` is not there"));
  test::put_text(scene.folder / "lists/train.txt",
                 "../images/train/two.png\n\n" + (scene.folder / "images/train/one.png").string() +
                     "\nimages/train/two.png\n");
  scene.describe_as("train: lists/train.txt\nnames: [a, b]\n");
  const auto listed = scene.open(labels);
  REQUIRE(listed->size() == 2);
  CHECK_THAT(listed->source(0), Catch::Contains("two.png"));
  CHECK(listed->get(1).boxes.size() == 1);
  CHECK_THAT(listed->notes().line(), Catch::Contains("listed twice count once: 1"));
  test::put_text(scene.folder / "lists/train.txt", "images/train/one.png\nreadme\n");
  CHECK_THAT(scene.problem(), Catch::Contains("train.txt:2: expected the path of an image"));
}

TEST_CASE("What is wrong with data.yaml is said with its line") {
  const YoloScene scene;
  const auto told = [&](const std::string& yaml, const std::string& what) {
    scene.describe_as(yaml);
    CHECK_THAT(scene.problem(), Catch::Contains("data.yaml") && Catch::Contains(what));
  };
  told("train: images/train\n", "has no `names`");
  told("train: images/train\nnames: [a, a]\n", ":2:8: the class \"a\" is named twice");
  told("train: images/train\nnames: [a]\nnc: 2\n", "has 1 classes, and `nc` says 2");
  told("train: images/train\nnc: many\n", "`nc`: expected the number of classes");
  told("train: images/train\nnames: {0: a, 2: b}\n", "has no class 1, and one with the number 2");
  told("train: images/train\nnames: {a: 0}\n", "expected the number of a class, found \"a\"");
  told("train: images/train\nnames: []\n", "names no class");
  told("names: [a]\n", "does not say where `train` is");
  told("train: elsewhere\nnames: [a]\n", ":1:8: `train`: there is no ");
  told("train: [[a]]\nnames: [a]\n", "`train`: expected a text, found a list");
  told("train: images/train\ntrain: images/val\nnames: [a]\n", "written twice");
  told("- a\n", "expected keys with values");
  told("train: [\n", "data.yaml:2");
  CHECK_THROWS_WITH((void)yolo({.root = "/nowhere"}, Split::train), Catch::Contains("/nowhere"));
}

TEST_CASE("Labels that are nowhere are no data set of images without objects") {
  const YoloScene scene;
  const auto error = test::error_of([&] { (void)yolo(scene.options, Split::train); });
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("none of the 2 images of `train` has a label file"));
  CHECK_THAT(error->what(), Catch::Contains("labels/train/one.txt"));
}

TEST_CASE("YOLO's fractions count on the image that EXIF turns upright") {
  const YoloScene scene;
  // Upright, the object lies in the upper left corner of an image of 20x40 pixels.
  for (const auto& [orientation, x0, y0] : {std::tuple(1, 0.F, 0.F), std::tuple(3, 30.F, 16.F),
                                            std::tuple(6, 0.F, 15.F), std::tuple(8, 32.F, 0.F)}) {
    CAPTURE(orientation);
    test::put_turned_picture(scene.folder / "images/train/one.jpg", orientation, 40, 20);
    std::filesystem::remove(scene.folder / "images/train/one.png");
    const bool turned = orientation >= 5;
    const Sample sample = scene.open("0 0.125 0.1 0.25 0.2")->get(0);
    CHECK(sample.image.width == 40);
    const Box& box = sample.boxes.at(0);
    // A quarter of the upright width and a fifth of its height.
    check_box(box, x0, y0, x0 + (turned ? 8.F : 10.F), y0 + (turned ? 5.F : 4.F));
  }
}

TEST_CASE("An image that is missing or broken is told when it is read") {
  const YoloScene scene;
  test::put_text(scene.folder / "images/train/one.png", "no image");
  const auto data = scene.open("0 .5 .5 .5 .5");
  CHECK(data->size() == 2);
  CHECK_THROWS_WITH(data->get(0), Catch::Contains("one.png"));
  CHECK(data->get(1).boxes.empty());
}

TEST_CASE("YOLO's layout is a data set of boxes by its name") {
  const YoloScene scene;
  test::put_text(scene.folder / "labels/train/one.txt", "0 .5 .5 .5 .5");
  DataSpec spec = default_data("yolo");
  std::get<YoloOptions>(spec.options).root = scene.options.root;
  CHECK(parts_of(spec).has(SamplePart::boxes));
  CHECK_FALSE(lacks_validation(spec));
  const DataSplits splits = open_data(spec);
  CHECK(splits.train->size() == 2);
  CHECK(splits.val->size() == 1);
}
