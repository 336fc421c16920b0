#include "vit/data/coco.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/image/coco_mask.h"

using namespace vit;
using Json = nlohmann::json;

namespace {

struct CocoScene {
  test::ScratchFolder folder;
  CocoOptions options;
  Json json;

  CocoScene() {
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
  CocoScene scene;
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
  CocoScene scene;
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

TEST_CASE("COCO's boxes have the masks of their objects, from polygons and both run lengths") {
  CocoScene scene;
  scene.options.object_masks = true;
  Json& objects = scene.json["annotations"];
  objects.push_back(CocoScene::object(7, 3, {0, 0, 1, 4}, {}));
  objects.back()["segmentation"] = {{"size", {4, 6}}, {"counts", {0, 4, 20}}};
  objects.push_back(objects.back());
  objects.back()["segmentation"] = {{"size", {4, 6}}, {"counts", runs_text({20, 4})}};
  objects.push_back(CocoScene::object(7, 3, {0, 0, 1, 4}, {{0, 0, 1, 1}}));  // no outline
  auto data = scene.open();
  CHECK(data->classes() == std::vector<std::string>{"car", "dog"});
  const Sample sample = data->get(1);
  CHECK(sample.mask.empty());
  REQUIRE(sample.boxes.size() == 4);
  CHECK_THAT(data->notes().line(), Catch::Contains("objects without an outline are left out: 1"));
  using Pixels = std::vector<std::uint8_t>;
  CHECK(sample.boxes[0].mask->pixels == Pixels{0, 0, 0, 0, 0, 0,  //
                                               0, 1, 1, 1, 0, 0,  //
                                               0, 1, 1, 1, 0, 0,  //
                                               0, 0, 0, 0, 0, 0});
  CHECK(runs_area(mask_runs(*sample.boxes[1].mask)) == 1);
  CHECK(mask_runs(*sample.boxes[2].mask) == RunLengths{0, 4, 20});
  CHECK(mask_runs(*sample.boxes[3].mask) == RunLengths{20, 4});
  Sample known;  // as from a cache of pixels
  data->annotate(1, known);
  CHECK(*known.boxes[3].mask == *sample.boxes[3].mask);
  objects[0]["segmentation"] = {{"size", {6, 4}}, {"counts", {0, 4, 20}}};
  CHECK_THAT(scene.problem(), Catch::Contains("another size than its picture"));
  scene.options.object_masks = false;  // whoever finds boxes alone needs no masks
  CHECK_FALSE(scene.open()->get(1).boxes[0].mask);
}

TEST_CASE("With COCO's masks, labels of boxes are positions among the classes, too") {
  CocoScene scene;
  for (const bool masks : {false, true}) {
    scene.options.masks = masks;
    const auto data = scene.open();
    const Sample sample = data->get(1);
    CHECK(data->classes()[static_cast<std::size_t>(sample.boxes[0].label)] == "dog");
    CHECK(data->classes()[static_cast<std::size_t>(sample.boxes[1].label)] == "car");
  }
}

TEST_CASE("Boxes without area are left out and those over the edge cut, and both are noted") {
  CocoScene scene;
  scene.json["annotations"][0]["bbox"] = {1, 1, 3, 0};
  scene.json["annotations"][1]["bbox"] = {4, 1, 6, 1};
  const auto data = scene.open();
  const Sample sample = data->get(1);
  REQUIRE(sample.boxes.size() == 1);
  CHECK(sample.boxes[0].x0 == 4);
  CHECK(sample.boxes[0].x1 == 6);
  REQUIRE(data->notes().all().size() == 2);
  CHECK_THAT(data->notes().all()[0].what, Catch::Contains("without area"));
  CHECK_THAT(data->notes().all()[0].places[0], Catch::Contains("a.json: annotations[0]"));
  CHECK_THAT(data->notes().all()[1].what, Catch::Contains("over the edge"));
}

TEST_CASE("What annotation tools write and reference readers read: null, 7.0, NaN") {
  CocoScene scene;
  Json& first = scene.json["annotations"][0];
  first["iscrowd"] = nullptr;
  first["image_id"] = 7.0;
  first["note"] = "NaN \\\" Infinity";
  std::string text = scene.json.dump();
  const std::string area = "\"area\":4.25";
  text.replace(text.find(area), area.size(), "\"area\":NaN,\"x\":[-Infinity,Infinity]");
  test::put(scene.folder / "a.json", text);
  CHECK(coco(scene.options, Split::train)->get(1).boxes.size() == 2);
  // A box of NaN is none.
  const std::string box = "\"bbox\":[1.0,";
  REQUIRE(text.find(box) != std::string::npos);
  text.replace(text.find(box), box.size(), "\"bbox\":[NaN,");
  test::put(scene.folder / "a.json", text);
  CHECK_THAT(test::error_of([&] { (void)coco(scene.options, Split::train); })->what(),
             Catch::Contains("annotations[0]: `bbox` is [null,"));
}

TEST_CASE("Polygons of less than three corners are passed over, as detectron2 does") {
  CocoScene scene;
  scene.options.masks = true;
  const auto clean = scene.open()->get(1);
  Json& polygons = scene.json["annotations"][0]["segmentation"];
  polygons.push_back(Json::array());
  polygons.push_back({1, 2, 3, 4});
  polygons.push_back({1, 2, 3, 4, 5, 6, 7});
  auto data = scene.open();
  CHECK(data->get(1).mask == clean.mask);
  CHECK(data->get(1).boxes.size() == 2);
  REQUIRE(data->notes().all().size() == 1);
  CHECK(data->notes().all()[0].count == 3);
  polygons = Json::array();  // an object without any outline
  data = scene.open();
  CHECK(data->get(1).boxes.size() == 1);
  CHECK_THAT(data->notes().line(), Catch::Contains("objects without an outline are left out: 1"));
}

TEST_CASE("What stands twice in COCO's file is noted, and learned once") {
  CocoScene scene;
  scene.json["annotations"].push_back(scene.json["annotations"][0]);
  scene.json["images"].push_back(
      {{"id", 8}, {"file_name", "one.png"}, {"width", 6}, {"height", 4}});
  scene.json["categories"].push_back({{"id", 40}, {"name", "car"}});
  scene.json["annotations"].push_back(CocoScene::object(8, 40, {0, 0, 2, 2}, {{0, 0, 2, 0, 2, 2}}));
  const auto data = scene.open();
  CHECK(data->classes() == std::vector<std::string>{"car", "dog"});
  CHECK(data->get(1).boxes.size() == 2);
  CHECK(data->get(2).boxes.at(0).label == 0);
  const std::string notes = data->notes().line();
  for (const char* part : {"stand twice", "listed twice", "categories of one name"})
    CHECK_THAT(notes, Catch::Contains(part));
}

TEST_CASE("Boxes in parts of the image are refused: COCO's are in pixels") {
  CocoScene scene;
  scene.json["annotations"] = {CocoScene::object(7, 18, {0.1, 0.2, 0.5, 0.4}, {})};
  CHECK_THAT(scene.problem(), Catch::Contains("in pixels"));
}

TEST_CASE("All faults of COCO's file are told at once") {
  CocoScene scene;
  scene.json["images"][0]["width"] = 0;
  scene.json["annotations"][0]["image_id"] = 1.5;
  scene.json["annotations"][1]["bbox"] = {1, 2};
  CHECK_THAT(scene.problem(), Catch::Contains("a.json: has 3 faults") &&
                                  Catch::Contains("images[0]: a picture of 0x4 pixels") &&
                                  Catch::Contains("annotations[0]: `image_id` is 1.5") &&
                                  Catch::Contains("annotations[1]: a box of 2 numbers"));
}

TEST_CASE("A fault of an image is told once, and not by each of its annotations") {
  CocoScene scene;
  scene.json["images"][1].erase("width");  // that both annotations are of
  const std::string told = scene.problem();
  CHECK_THAT(told, Catch::Contains("width"));
  CHECK_THAT(told, !Catch::Contains("there is no picture"));
  CocoScene unnamed;
  unnamed.json["categories"] = Json::array();
  CHECK_THAT(unnamed.problem(), !Catch::Contains("faults"));
}

TEST_CASE("Annotations of an image that EXIF turns may be of the stored or the upright one") {
  CocoScene scene;
  scene.options.masks = true;
  scene.json["images"][1]["file_name"] = "turned.jpg";
  const auto upright = scene.open();
  test::put_turned_picture(scene.folder / "pictures/turned.jpg", 6, 4, 6);  // upright 6x4
  const Sample sample = upright->get(1);
  CHECK(sample.image.width == 4);
  CHECK(sample.mask.width == 4);
  CHECK(sample.mask.height == 6);
  const Box& dog = sample.boxes[0];  // upright (1, 1)-(4, 3)
  CHECK(dog.x0 == 1);
  CHECK(dog.x1 == 3);
  CHECK(dog.y0 == 2);
  CHECK(dog.y1 == 5);
  CHECK(sample.mask.pixel(1, 4)[0] == 2);
  CHECK(sample.mask.pixel(1, 3)[0] == 1);  // the car, upright (2, 1)-(3, 2)
  CHECK(sample.mask.pixel(3, 4)[0] == 0);

  test::put_turned_picture(scene.folder / "pictures/turned.jpg", 6, 6, 4);  // as it is stored
  CHECK(upright->get(1).boxes[0].x1 == 4);
  test::put_turned_picture(scene.folder / "pictures/turned.jpg", 6, 5, 4);
  CHECK_THROWS_WITH(upright->get(1),
                    Catch::Contains("is of 5x4 pixels") && Catch::Contains("says 6x4"));
}

TEST_CASE("COCO's captions: a sample for each") {
  CocoScene scene;
  scene.json.erase("categories");
  scene.json["annotations"] = {{{"image_id", 7}, {"caption", "a dog"}},
                               {{"image_id", 7}, {"caption", "a car"}},
                               {{"image_id", 70}, {"caption", "nothing"}}};
  const auto data = scene.open();
  REQUIRE(data->size() == 3);
  CHECK(data->get(0).caption == "nothing");
  CHECK(data->get(2).caption == "a car");
  CHECK_THAT(data->get(2).source, Catch::Contains("two.png"));
  scene.json["annotations"].erase(2);
  const auto fewer = scene.open();
  CHECK(fewer->size() == 2);
  CHECK_THAT(fewer->notes().line(), Catch::Contains("images without a caption are left out: 1"));
}

TEST_CASE("The lists may stand in any order") {
  CocoScene scene;
  test::put(scene.folder / "a.json", "{\"annotations\": " + scene.json["annotations"].dump() +
                                         ", \"categories\": " + scene.json["categories"].dump() +
                                         ", \"images\": " + scene.json["images"].dump() + "}");
  CHECK(coco(scene.options, Split::train)->get(1).boxes.size() == 2);
}

TEST_CASE("Mistakes in COCO's files name the record") {
  CocoScene scene;
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
  SECTION("ids that are not whole") {
    first["image_id"] = 7.5;
    expected += "`image_id` is 7.5; expected a whole number";
  }
  SECTION("ids that are text") {
    first["category_id"] = "three";
    expected += "`category_id` is \"three\"; expected a whole number";
  }
  SECTION("a crowd of text") {
    first["iscrowd"] = "no";
    expected += "`iscrowd` is \"no\"";
  }
  SECTION("a segmentation that is null") {
    first["segmentation"] = nullptr;
    expected += "`segmentation` is null";
  }
  SECTION("a polygon that is not in a list") {
    first["segmentation"] = {2, 1, 3, 1, 3, 2};
    expected += "`segmentation` holds 2; expected lists of numbers";
  }
  SECTION("runs without a size") {
    first["segmentation"] = {{"counts", {24}}};
    expected += "there is no `size`";
  }
  SECTION("runs that are negative") {
    first["segmentation"] = {{"size", {4, 6}}, {"counts", {25, -1}}};
    expected += "the mask has a run of -1 pixels";
  }
  SECTION("a category twice") {
    scene.json["categories"].push_back({{"id", 3}, {"name", "bus"}});
    expected = "categories[2]: the id 3 is there twice";
  }
  SECTION("box of three numbers") {
    first["bbox"] = {4, 1, 6};
    expected += "a box of 3 numbers";
  }
  SECTION("box of text") {
    first["bbox"] = "here";
    expected += "`bbox` is \"here\"; expected a list of numbers";
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
    expected += "`segmentation` is 7; expected polygons or run lengths";
  }
  SECTION("a record that is none") {
    first = 7;
    expected += "there is no `image_id`";
  }
  SECTION("one picture twice") {
    scene.json["images"][1]["id"] = 70;
    expected = "images[1]: the id 70 is there twice";
  }
  SECTION("a picture without a name, of which there are annotations") {
    scene.json["images"][1].erase("file_name");
    expected = "images[1]: there is no `file_name`";
  }
  SECTION("an absurd size") {
    scene.json["images"][1]["width"] = 1'000'000;
    expected = "images[1]: a picture of 1000000x4 pixels";
  }
  CHECK_THAT(scene.problem(), Catch::Contains(expected));
}

TEST_CASE("Files that are cut off or hostile, and pictures of another size") {
  CocoScene scene;
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
  CocoScene scene;
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

TEST_CASE("COCO's crowds are there for validation alone, and areas are those of the objects") {
  CocoScene scene;
  scene.json["annotations"].push_back(
      {{"image_id", 7}, {"category_id", 3}, {"bbox", {0, 0, 6, 4}}, {"iscrowd", 1}, {"area", 9}});
  CHECK(scene.open()->get(1).boxes.size() == 2);
  scene.options.val_annotations = "a.json";
  scene.options.val_images = "pictures";
  const Sample sample = coco(scene.options, Split::val)->get(1);
  REQUIRE(sample.boxes.size() == 3);
  CHECK_FALSE(sample.boxes[0].crowd);
  CHECK(sample.boxes[0].area == 4.25);
  CHECK(sample.boxes[2].crowd);
  CHECK(sample.boxes[2].area == 9);
  CHECK(sample.boxes[2].x1 == 6);
}

TEST_CASE("COCO's ids may be texts, as some tools write them, 0, and far apart") {
  CocoScene scene;
  scene.json["images"][0]["id"] = "left-17";
  scene.json["images"][1]["id"] = "7";
  scene.json["categories"][0]["id"] = "180000";
  scene.json["categories"][1]["id"] = 0;
  scene.json["annotations"][0]["category_id"] = 180000.0;
  scene.json["annotations"][0]["image_id"] = "left-17";
  scene.json["annotations"][1]["category_id"] = "0";
  scene.json["annotations"][1]["image_id"] = 7;
  const auto data = scene.open();
  CHECK(data->classes() == std::vector<std::string>{"car", "dog"});
  CHECK(data->get(0).boxes.at(0).label == 1);
  CHECK(data->get(1).boxes.at(0).label == 0);
  scene.json["categories"][0]["id"] = "dog";
  scene.json["annotations"][1]["image_id"] = nullptr;
  CHECK_THAT(scene.problem(),
             Catch::Contains("categories[0]: `id` is \"dog\"; expected a whole number") &&
                 Catch::Contains("annotations[1]: `image_id` is null"));
}

TEST_CASE("A COCO file without objects is a set of images without boxes") {
  CocoScene scene;
  scene.json["annotations"] = Json::array();
  const auto data = scene.open();
  CHECK(data->size() == 2);
  CHECK(data->get(1).boxes.empty());
  CHECK(data->classes().size() == 2);
}
