#include "vit/data/coco.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/data/pictures.h"

using namespace vit;
using Json = nlohmann::json;

namespace {

struct Scene {
  test::ScratchFolder folder;
  CocoOptions options;
  Json json;

  Scene() {
    options.root = folder.path().string();
    options.train_annotations = "a.json";
    options.train_images = "pictures";
    test::put_picture(folder / "pictures/one.png", 9, 6, 4);
    test::put_picture(folder / "pictures/two.png", 9, 6, 4);
    json["info"] = {{"year", 2017}, {"list", {1, 2, {{"deep", 1}}}}};
    json["images"] = {
        {{"id", 70}, {"file_name", "one.png"}, {"width", 6}, {"height", 4}},
        {{"id", 7}, {"file_name", "two.png"}, {"width", 6}, {"height", 4}, {"license", 1}}};
    json["categories"] = {{{"id", 18}, {"name", "dog"}}, {{"id", 3}, {"name", "car"}}};
    json["annotations"] = {object(7, 18, {1, 1, 3, 2}, {{1, 1, 4, 1, 4, 3, 1, 3}}),
                           object(7, 3, {2, 1, 1, 1}, {{2, 1, 3, 1, 3, 2, 2, 2}})};
  }
  static Json object(int image, int category, std::vector<double> box,
                     std::vector<std::vector<double>> polygons) {
    return {{"id", 1},     {"image_id", image},        {"category_id", category},
            {"bbox", box}, {"segmentation", polygons}, {"iscrowd", 0},
            {"area", 4.25}};
  }
  std::unique_ptr<Dataset> open() {
    test::put(folder / "a.json", json.dump());
    return coco(options, Split::train);
  }
  std::string problem() {
    const auto error = test::error_of([&] { (void)open(); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK_THAT(error->where(), Catch::Contains("a.json"));
    return error->what();
  }
};

}  // namespace

TEST_CASE("COCO's boxes, with labels in the order of the categories' ids") {
  Scene scene;
  const auto data = scene.open();
  REQUIRE(data->size() == 2);
  CHECK(data->classes() == std::vector<std::string>{"car", "dog"});
  CHECK(data->get(0).boxes.empty());  // a picture of nothing is a sample
  const Sample sample = data->get(1);
  REQUIRE(sample.boxes.size() == 2);
  CHECK(sample.boxes[0].label == 1);
  CHECK(sample.boxes[0].x0 == 1);
  CHECK(sample.boxes[0].x1 == 4);
  CHECK(sample.boxes[0].y1 == 3);
  CHECK(sample.mask.empty());
}

TEST_CASE("COCO's masks: smaller objects above, crowds do not count") {
  Scene scene;
  scene.options.masks = true;
  std::swap(scene.json["annotations"][0], scene.json["annotations"][1]);
  scene.json["annotations"].push_back({{"image_id", 7},
                                       {"category_id", 3},
                                       {"bbox", {5, 0, 1, 4}},
                                       {"iscrowd", 1},
                                       {"segmentation", {{"size", {4, 6}}, {"counts", {20, 4}}}}});
  const auto data = scene.open();
  CHECK(data->classes() == std::vector<std::string>{"background", "car", "dog"});
  const Sample sample = data->get(1);
  CHECK(sample.boxes.size() == 2);
  CHECK(sample.mask.pixels == std::vector<std::uint8_t>{0, 0, 0, 0, 0, 255,  //
                                                        0, 2, 1, 2, 0, 255,  //
                                                        0, 2, 2, 2, 0, 255,  //
                                                        0, 0, 0, 0, 0, 255});
}

TEST_CASE("COCO's captions: a sample for each") {
  Scene scene;
  scene.json.erase("categories");
  scene.json["annotations"] = {{{"image_id", 7}, {"caption", "a dog"}},
                               {{"image_id", 7}, {"caption", "a car"}},
                               {{"image_id", 70}, {"caption", "nothing"}}};
  const auto data = scene.open();
  REQUIRE(data->size() == 3);
  CHECK(data->get(0).caption == "nothing");
  CHECK(data->get(2).caption == "a car");
  CHECK_THAT(data->get(2).source, Catch::Contains("two.png"));
}

TEST_CASE("The lists may stand in any order") {
  Scene scene;
  test::put(scene.folder / "a.json", "{\"annotations\": " + scene.json["annotations"].dump() +
                                         ", \"categories\": " + scene.json["categories"].dump() +
                                         ", \"images\": " + scene.json["images"].dump() + "}");
  CHECK(coco(scene.options, Split::train)->get(1).boxes.size() == 2);
}

TEST_CASE("Mistakes in COCO's files name the record") {
  Scene scene;
  scene.options.masks = true;
  Json& first = scene.json["annotations"][1];
  std::string expected = "annotations[1]: ";
  SECTION("unknown picture") {
    first["image_id"] = 8;
    expected += "there is no picture with the id 8";
  }
  SECTION("unknown category") {
    first["category_id"] = 4;
    expected += "there is no category with the id 4";
  }
  SECTION("box outside") {
    first["bbox"] = {4, 1, 6, 1};
    expected += "the box (4, 1)-(10, 2) leaves its picture of 6x4";
  }
  SECTION("empty box") {
    first["bbox"] = {4, 1, 0, 1};
    expected += "the box (4, 1)-(4, 2) is empty";
  }
  SECTION("box of three numbers") {
    first["bbox"] = {4, 1, 6};
    expected += "a box of 3 numbers";
  }
  SECTION("box of text") {
    first["bbox"] = "here";
    expected += "`bbox` is of the wrong type";
  }
  SECTION("no box") {
    first.erase("bbox");
    expected += "there is no `bbox`";
  }
  SECTION("runs that overflow") {
    first["segmentation"] = {{"size", {4, 6}}, {"counts", {4294967295U, 4294967295U, 25}}};
    expected += "the mask's runs cover 8589934615 pixels, and the picture has 24";
  }
  SECTION("runs of another size") {
    first["segmentation"] = {{"size", {6, 4}}, {"counts", {24}}};
    expected += "the mask is of another size";
  }
  SECTION("runs that are text of another kind") {
    first["segmentation"] = {{"size", {4, 6}}, {"counts", "~~"}};
    expected += "the run lengths of the mask are malformed";
  }
  SECTION("a segmentation that is none") {
    first["segmentation"] = 7;
    expected += "`segmentation` is malformed";
  }
  SECTION("a record that is none") {
    first = 7;
    expected += "there is no `image_id`";
  }
  SECTION("one picture twice") {
    scene.json["images"][1]["id"] = 70;
    expected = "images[1]: the id 70 is there twice";
  }
  SECTION("an absurd size") {
    scene.json["images"][1]["width"] = 1'000'000;
    expected = "images[1]: a picture of 1000000x4 pixels";
  }
  CHECK_THAT(scene.problem(), Catch::Contains(expected));
}

TEST_CASE("Files that are cut off or hostile, and pictures of another size") {
  Scene scene;
  const std::string whole = scene.json.dump();
  for (std::size_t size = 0; size < whole.size(); size += 11) {
    test::put(scene.folder / "a.json", whole.substr(0, size));
    const auto error = test::error_of([&] { (void)coco(scene.options, Split::train); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
  test::put(scene.folder / "a.json", "{\"images\": " + std::string(100'000, '[') + "}");
  CHECK_THAT(test::error_of([&] { (void)coco(scene.options, Split::train); })->what(),
             Catch::Contains("nested deeper"));
  test::put_picture(scene.folder / "pictures/two.png", 9, 5, 4);
  const auto data = scene.open();
  const auto error = test::error_of([&] { (void)data->get(1); });
  REQUIRE(error);
  CHECK_THAT(error->what(),
             Catch::Contains("two.png: is of 5x4 pixels, and") && Catch::Contains("says 6x4"));
}

TEST_CASE("COCO's pictures are read without being decoded, with boxes and masks beside them") {
  Scene scene;
  scene.options.masks = true;
  const auto data = scene.open();
  const Sample whole = data->get(1), encoded = data->read(1);
  CHECK(encoded.image.empty());
  CHECK_FALSE(encoded.encoded.empty());
  CHECK(whole.encoded.empty());
  CHECK(encoded.mask == whole.mask);
  CHECK(encoded.boxes.size() == whole.boxes.size());
  scene.json["images"][1]["width"] = 5;
  scene.json["annotations"] = Json::array();
  CHECK_THROWS_WITH(scene.open()->read(1), Catch::Contains("is of 6x4 pixels"));
}
