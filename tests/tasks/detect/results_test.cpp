#include "vit/tasks/detect/results.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/core/error.h"
#include "vit/data/yolo.h"

using namespace vit;
using Json = nlohmann::json;

namespace {

const std::vector<std::string> kDetected{"dog", "car"};

DetectedObjects two_objects() {
  return {{{{10.25F, 20, 30.75F, 50.7F, 1}, 0.875}, {{0, 0, 40, 20, 0}, 0.1}}};
}

CocoIds ids_of(const test::ScratchFolder& folder, const std::string& json) {
  test::put(folder / "gt.json", json);
  return read_coco_ids(folder / "gt.json");
}

}  // namespace

TEST_CASE("COCO results have corner and size, in few digits") {
  Json list;
  add_coco_results(list, two_objects(), "val/000000000139.jpg", kDetected);
  add_coco_results(list, two_objects(), "val/left.17.jpg", kDetected);
  add_coco_results(list, {}, "val/nothing.jpg", kDetected);
  REQUIRE(list.size() == 4);
  CHECK(list[0].dump() ==
        R"({"bbox":[10.25,20.0,20.5,30.7],"category_id":2,"image_id":139,"score":0.875})");
  CHECK(list[1]["category_id"] == 1);
  CHECK(list[2]["image_id"] == "left.17");
}

TEST_CASE("COCO results have the masks that were found, as compressed run lengths") {
  DetectedObjects found = two_objects();
  found.size = {20, 40};
  found.objects[0].mask = {2, 3, 795};
  Json list;
  add_coco_results(list, found, "val/000000000139.jpg", kDetected);
  CHECK(list[0]["segmentation"]["size"] == Json({20, 40}));
  CHECK(parse_runs(list[0]["segmentation"]["counts"].get<std::string>(), "test") ==
        found.objects[0].mask);
  CHECK_FALSE(list[1].contains("segmentation"));
}

TEST_CASE("A list of COCO results without objects is an empty list") {
  Json list;
  add_coco_results(list, {}, "a.jpg", kDetected);
  CHECK(list.dump() == "[]");
}

TEST_CASE("With an annotation file, images are found by path and classes by name") {
  const test::ScratchFolder folder;
  const CocoIds ids = ids_of(folder, R"({
    "images": [{"id": 7, "file_name": "one.jpg"}, {"id": 8.0, "file_name": "night/one.jpg"},
               {"id": "x1", "file_name": "two.jpg"}],
    "annotations": [],
    "categories": [{"id": 18, "name": "dog"}, {"id": 3, "name": "car"}]})");
  const auto result = [&](const std::string& source, std::vector<std::string> classes = kDetected) {
    Json list;
    add_coco_results(list, two_objects(), source, classes, &ids);
    return list[0];
  };
  CHECK(result("data/day/one.jpg")["image_id"] == 7);
  CHECK(result("data/night/one.jpg")["image_id"] == 8);
  CHECK(result("two.jpg")["image_id"] == "x1");
  CHECK(result("two.jpg")["category_id"] == 3);
  CHECK_THROWS_WITH(result("three.jpg"), Catch::Contains("three.jpg: is none of the images"));
  CHECK_THROWS_WITH(result("two.jpg", {"dog", "bus"}), Catch::Contains("\"bus\" is none of"));
}

TEST_CASE("An annotation file without images or with ids of another kind is told") {
  const test::ScratchFolder folder;
  CHECK_THROWS_WITH(ids_of(folder, "{}"), Catch::Contains("names no images"));
  CHECK_THROWS_WITH(ids_of(folder, R"({"images": [{"id": null, "file_name": "a"}]})"),
                    Catch::Contains("gt.json: images[0]: `id` is neither"));
  CHECK_THROWS_WITH(ids_of(folder, R"({"images": [{"id": 1.5, "file_name": "a"}]})"),
                    Catch::Contains("`id` is 1.5; expected a whole number"));
  CHECK_THROWS_WITH(ids_of(folder, "{"), Catch::Contains("gt.json"));
}

TEST_CASE("YOLO's text has centre and size in fractions, and the confidence") {
  CHECK(yolo_text(two_objects(), {100, 200}) ==
        "1 0.1025 0.3535 0.1025 0.307 0.875\n0 0.1 0.1 0.2 0.2 0.1\n");
  CHECK(yolo_text({}, {100, 200}).empty());
}

TEST_CASE("YOLO's text is read back as the same boxes, however EXIF turns the image") {
  const test::ScratchFolder folder;
  test::put_text(folder / "data.yaml", "train: images\nnames: [dog, car]\n");
  for (int orientation = 1; orientation <= 8; ++orientation) {
    CAPTURE(orientation);
    test::put_turned_picture(folder / "images/a.jpg", orientation, 200, 100);
    std::string lines;  // without the confidence, which labels do not have
    for (const FoundObject& object : two_objects().objects) {
      const std::string line = yolo_text({{object}}, {100, 200}, orientation);
      lines += line.substr(0, line.rfind(' ')) + "\n";
    }
    test::put_text(folder / "labels/a.txt", lines);
    const Sample sample = yolo({.root = folder.path().string()}, Split::train)->get(0);
    REQUIRE(sample.boxes.size() == 2);
    for (std::size_t i = 0; i < 2; ++i) {
      const Box &box = sample.boxes[i], expected = two_objects().objects[i].box;
      CHECK(box.label == expected.label);
      CHECK(box.x0 == Approx(expected.x0).margin(1e-3));
      CHECK(box.y0 == Approx(expected.y0).margin(1e-3));
      CHECK(box.x1 == Approx(expected.x1).margin(1e-3));
      CHECK(box.y1 == Approx(expected.y1).margin(1e-3));
    }
  }
}

TEST_CASE(
    "Images of one name get ids of their own, and an annotation file's ids where one is given") {
  const test::ScratchFolder folder;
  test::put_picture(folder / "a/x.png", 9, 40, 60);
  test::put_picture(folder / "b/x.png", 9, 40, 60);
  const auto results = [&](std::optional<CocoIds> ids) {
    ObjectWriter writer(folder / "out", 0.5, std::move(ids));
    TellOptions told{.classes = kDetected};
    for (const auto& [image, name] : {std::pair{"a/x.png", "x"}, {"b/x.png", "x-2"}}) {
      told.image = folder / image;
      told.name = name;
      writer.add(two_objects(), told);
    }
    writer.finish();
    return Json::parse(test::get(folder / "out/detections.json"));
  };
  const Json own = results(std::nullopt);
  CHECK(own[0]["image_id"] == "x");
  CHECK(own[2]["image_id"] == "x-2");
  const Json theirs = results(ids_of(folder, R"({
    "images": [{"id": 5, "file_name": "a/x.png"}, {"id": 6, "file_name": "b/x.png"}],
    "categories": [{"id": 30, "name": "car"}, {"id": 90, "name": "dog"}]})"));
  CHECK(theirs[0]["image_id"] == 5);
  CHECK(theirs[2]["image_id"] == 6);
  CHECK(theirs[0]["category_id"] == 30);
  CHECK(theirs[1]["category_id"] == 90);
}
