#include "vit/data/voc.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/support/shared.h"

using namespace vit;

namespace {

std::string object(const std::string& name, const std::string& box) {
  return "<object><name>" + name + "</name><bndbox>" + box + "</bndbox></object>\n";
}
std::string annotation(const std::string& objects) {
  return "<?xml version='1.0'?>\n<annotation verified=\"yes\">\n<size><width>40</width><height>30"
         "</height><depth>3</depth></size>\n" +
         objects + "</annotation>\n";
}

struct VocScene {
  test::ScratchFolder folder;
  VocOptions options;

  VocScene() {
    options.root = folder.path().string();
    test::put_picture(folder / "JPEGImages/one.png", 5, 40, 30);
    test::put_text(folder / "ImageSets/Main/train.txt", "one\n");
    test::put_text(folder / "ImageSets/Main/val.txt", "one\n");
  }
  std::unique_ptr<Dataset> open(const std::string& objects) {
    test::put_text(folder / "Annotations/one.xml", annotation(objects));
    return voc(options, Split::train);
  }
  std::string problem(const std::string& objects) {
    const auto error = test::error_of([&] { (void)open(objects); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    return error->what();
  }
};

const std::string kBox = "<xmin>1</xmin><ymin>1</ymin><xmax>3</xmax><ymax>2</ymax>";

}  // namespace

TEST_CASE("VOC's boxes count pixels from 1, both ends included") {
  VocScene scene;
  const auto data = scene.open(object("white &amp; red", kBox) + object("b", kBox));
  CHECK(data->classes() == std::vector<std::string>{"b", "white & red"});
  const Sample sample = data->get(0);
  REQUIRE(sample.boxes.size() == 2);
  CHECK(sample.boxes[0].x0 == 0);
  CHECK(sample.boxes[0].y0 == 0);
  CHECK(sample.boxes[0].x1 == 3);
  CHECK(sample.boxes[0].y1 == 2);
  CHECK(sample.boxes[0].label == 1);
  CHECK(sample.label == -1);
}

TEST_CASE("VOC's own classes have its own labels, whichever are there") {
  VocScene scene;
  const auto data = scene.open(object("dog", kBox));
  CHECK(data->classes().size() == 20);
  CHECK(data->get(0).boxes[0].label == 11);
}

TEST_CASE("Mistakes in annotations name file and line") {
  VocScene scene;
  const auto box = [](int x0, int y0, int x1, int y1) {
    return "<xmin>" + std::to_string(x0) + "</xmin><ymin>" + std::to_string(y0) + "</ymin><xmax>" +
           std::to_string(x1) + "</xmax><ymax>" + std::to_string(y1) + "</ymax>";
  };
  CHECK_THAT(
      scene.problem(object("a", "<xmin>nan</xmin><ymin>1</ymin><xmax>3</xmax><ymax>2</ymax>")),
      Catch::Contains("one.xml:4: the box") && Catch::Contains("is not made of numbers"));
  CHECK_THAT(scene.problem(object("a", "<xmin>1e99</xmin>" + kBox)),
             Catch::Contains("expected a number in <xmin>, found"));
  CHECK_THAT(scene.problem(object("a", "<xmin>1</xmin>")), Catch::Contains("has no <ymin>"));
  CHECK_THAT(scene.problem(object("a", box(1, 1, 3, 3) + "<xmin>")),
             Catch::Contains("mismatched tag"));
  CHECK_THAT(scene.problem("<object/>"), Catch::Contains("<object> has no <name>"));
  scene.options.classes = {"b"};
  CHECK_THAT(scene.problem(object("a", kBox)),
             Catch::Contains("the class \"a\" is not among data.classes"));
}

TEST_CASE("Boxes over the edge are cut, those without area are left out, and both are noted") {
  VocScene scene;
  const auto box = [](int x0, int y0, int x1, int y1) {
    return "<xmin>" + std::to_string(x0) + "</xmin><ymin>" + std::to_string(y0) + "</ymin><xmax>" +
           std::to_string(x1) + "</xmax><ymax>" + std::to_string(y1) + "</ymax>";
  };
  auto data = scene.open(object("a", box(0, 0, 41, 31)));  // a pixel is rounding
  CHECK(data->get(0).boxes[0].x1 == 40);
  CHECK(data->notes().empty());
  data = scene.open(object("a", box(1, 1, 43, 3)) + object("a", box(9, 1, 3, 3)) +
                    object("a", box(50, 1, 60, 9)));
  REQUIRE(data->get(0).boxes.size() == 1);
  CHECK(data->get(0).boxes[0].x1 == 40);
  REQUIRE(data->notes().all().size() == 3);
  CHECK_THAT(data->notes().all()[0].places[0], Catch::Contains("one.xml:4"));
  CHECK_THAT(data->notes().all()[1].places[0], Catch::Contains("one.xml:5"));
}

TEST_CASE("All faults of all annotations are told at once, with files and lines") {
  VocScene scene;
  test::put_picture(scene.folder / "JPEGImages/two.png", 5, 40, 30);
  test::put_text(scene.folder / "ImageSets/Main/train.txt", "one\ntwo\n");
  test::put_text(scene.folder / "Annotations/two.xml", "<annotation>");
  const std::string what = scene.problem("<object/>" + object("a", "<xmin>1</xmin>"));
  CHECK_THAT(what, Catch::Contains("has 3 faults") &&
                       Catch::Contains("one.xml:4: <object> has no") &&
                       Catch::Contains("one.xml:4: <bndbox> has no <ymin>") &&
                       Catch::Contains("two.xml:1: no XML"));
}

TEST_CASE("With VOC's masks, labels of boxes are positions among the classes, too") {
  VocScene scene;
  scene.options.classes = {"cup", "key"};
  CHECK(scene.open(object("key", kBox))->get(0).boxes[0].label == 1);
  scene.options.masks = true;
  test::put_text(scene.folder / "ImageSets/Segmentation/train.txt", "one\n");
  std::filesystem::create_directories(scene.folder / "SegmentationClass");
  write_png(Image(40, 30, 1), scene.folder / "SegmentationClass/one.png");
  const auto data = scene.open(object("key", kBox));
  CHECK(data->classes() == std::vector<std::string>{"background", "cup", "key"});
  CHECK(data->get(0).boxes[0].label == 2);
}

TEST_CASE("A size that is not the image's is an error with both, when the image is read") {
  VocScene scene;
  test::put_picture(scene.folder / "JPEGImages/one.png", 5, 30, 40);
  const auto data = scene.open(object("a", kBox));
  const auto error = test::error_of([&] { (void)data->get(0); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains("one.png: is of 30x40 pixels") &&
                                Catch::Contains("one.xml says 40x30"));
}

TEST_CASE("Boxes that were made on the upright image lie right on the stored one") {
  VocScene scene;
  std::filesystem::remove(scene.folder / "JPEGImages/one.png");
  // Stored as 30x40, upright 40x30; turned clockwise by a quarter (6).
  test::put_turned_picture(scene.folder / "JPEGImages/one.jpg", 6, 30, 40);
  const auto data = scene.open(object("a", kBox));
  const Box box = data->get(0).boxes[0];  // upright (0, 0)-(3, 2)
  CHECK(box.x0 == 0);
  CHECK(box.x1 == 2);
  CHECK(box.y0 == 37);
  CHECK(box.y1 == 40);
  Sample cached;  // an image that is known already, as from a cache
  cached.image = Image(30, 40, 3);
  data->annotate(0, cached);
  CHECK(cached.boxes[0].y0 == 37);
}

TEST_CASE("Names of images may hold blanks, and their files any extension that is known") {
  VocScene scene;
  std::filesystem::rename(scene.folder / "JPEGImages/one.png",
                          scene.folder / "JPEGImages/my photo 1.PNG");
  test::put_picture(scene.folder / "JPEGImages/one.ppm", 5, 40, 30);
  test::put_picture(scene.folder / "JPEGImages/my photo.BMP", 5, 40, 30);
  for (const char* name : {"my photo 1", "my photo"})
    test::put_text(scene.folder / "Annotations" / (std::string(name) + ".xml"),
                   annotation(object("a", kBox)));
  test::put_text(scene.folder / "ImageSets/Main/train.txt", "my photo 1\nmy photo -1\none  1\r\n");
  const auto data = scene.open(object("a", kBox));
  REQUIRE(data->size() == 3);
  CHECK_THAT(data->source(0), Catch::EndsWith("my photo 1.PNG"));
  CHECK_THAT(data->source(1), Catch::EndsWith("my photo.BMP"));
  CHECK_THAT(data->source(2), Catch::EndsWith("one.ppm"));
}

TEST_CASE("A split's file names pictures, also with the column of the files of single classes") {
  VocScene scene;
  test::put_text(scene.folder / "ImageSets/Main/train.txt", "one -1\r\n");
  CHECK(scene.open(object("a", kBox))->size() == 1);
  test::put_text(scene.folder / "ImageSets/Main/train.txt", "one\n../../etc/passwd\n");
  CHECK_THAT(scene.problem(object("a", kBox)), Catch::Contains("train.txt:2"));
}

TEST_CASE("BCCD opens as it is published") {
  const auto shared = test::shared_folder();
  if (shared.empty() || !std::filesystem::exists(shared / "data/BCCD")) return;
  VocOptions options;
  options.root = (shared / "data/BCCD").string();
  const auto train = voc(options, Split::train), val = voc(options, Split::val);
  CHECK(train->classes() == std::vector<std::string>{"Platelets", "RBC", "WBC"});
  CHECK(train->size() + val->size() > 250);
  CHECK(train->get(0).image.width == 640);
  CHECK_FALSE(train->get(0).boxes.empty());
}

TEST_CASE("Objects that are marked as difficult say so, and can be left out of training") {
  VocScene scene;
  test::put_text(scene.folder / "ImageSets/Main/val.txt", "one\n");
  const std::string hard =
      "<object><name>b</name><difficult>1</difficult><bndbox>" + kBox + "</bndbox></object>\n";
  const std::string objects = object("b", kBox) + hard;
  auto data = scene.open(objects);
  REQUIRE(data->get(0).boxes.size() == 2);
  CHECK_FALSE(data->get(0).boxes[0].difficult);
  CHECK(data->get(0).boxes[1].difficult);
  scene.options.difficult = false;
  data = scene.open(objects);
  REQUIRE(data->get(0).boxes.size() == 1);
  CHECK_FALSE(data->get(0).boxes[0].difficult);
  CHECK(voc(scene.options, Split::val)->get(0).boxes.size() == 2);  // evaluation needs them
  CHECK_THAT(scene.problem("<object><name>b</name><difficult>yes</difficult><bndbox>" + kBox +
                           "</bndbox></object>"),
             Catch::Contains("<difficult>"));
}

TEST_CASE("A box of VOC that ends where it begins is left out, and noted") {
  VocScene scene;
  const auto data = scene.open(
      object("a", kBox) + object("a", "<xmin>5</xmin><ymin>6</ymin><xmax>5</xmax><ymax>6</ymax>"));
  CHECK(data->get(0).boxes.size() == 1);
  REQUIRE(data->notes().all().size() == 1);
  CHECK(data->notes().all()[0].what == "boxes without area are left out");
  CHECK_THAT(data->notes().all()[0].places[0], Catch::Contains("one.xml:5"));
}

TEST_CASE("BCCD opens with its own splits, but for two boxes without area") {
  const auto root = test::shared("data/BCCD");
  if (!root) return;
  VocOptions options;
  options.root = root->string();
  options.train = "trainval";
  options.val = "test";
  const auto train = voc(options, Split::train), val = voc(options, Split::val);
  CHECK(train->size() == 292);
  CHECK(val->size() == 72);
  CHECK(train->classes() == std::vector<std::string>{"Platelets", "RBC", "WBC"});
  std::int64_t boxes = 0, empty = 0;
  for (const Dataset* data : {train.get(), val.get()}) {
    for (std::int64_t i = 0; i < data->size(); ++i) {
      Sample sample;
      data->annotate(i, sample);
      boxes += static_cast<std::int64_t>(sample.boxes.size());
    }
    for (const DataNote& note : data->notes().all())
      if (note.what == "boxes without area are left out") empty += note.count;
  }
  CHECK(empty == 2);
  CHECK(boxes == 4886);
}
