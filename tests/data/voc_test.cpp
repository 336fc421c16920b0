#include "vit/data/voc.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/data/xml.h"

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

struct Scene {
  test::ScratchFolder folder;
  VocOptions options;

  Scene() {
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
  Scene scene;
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
  Scene scene;
  const auto data = scene.open(object("dog", kBox));
  CHECK(data->classes().size() == 20);
  CHECK(data->get(0).boxes[0].label == 11);
}

TEST_CASE("Mistakes in annotations name file and line") {
  Scene scene;
  const auto box = [](int x0, int y0, int x1, int y1) {
    return "<xmin>" + std::to_string(x0) + "</xmin><ymin>" + std::to_string(y0) + "</ymin><xmax>" +
           std::to_string(x1) + "</xmax><ymax>" + std::to_string(y1) + "</ymax>";
  };
  CHECK(scene.open(object("a", box(0, 0, 41, 31)))->get(0).boxes[0].x1 == 40);  // one pixel: cut
  CHECK_THAT(scene.problem(object("a", box(1, 1, 43, 3))),
             Catch::Contains("one.xml:4: the box (0, 0)-(43, 3) leaves its picture of 40x30"));
  CHECK_THAT(scene.problem(object("a", kBox) + object("a", box(9, 1, 3, 3))),
             Catch::Contains("one.xml:5: the box (8, 0)-(3, 3) is empty"));
  CHECK_THAT(scene.problem(object("a", "<xmin>1</xmin>")), Catch::Contains("has no <ymin>"));
  CHECK_THAT(scene.problem(object("a", box(1, 1, 3, 3) + "<xmin>")),
             Catch::Contains("expected the end of \"xmin\""));
  CHECK_THAT(scene.problem("<object/>"), Catch::Contains("<object> has no <name>"));
  scene.options.classes = {"b"};
  CHECK_THAT(scene.problem(object("a", kBox)),
             Catch::Contains("the class \"a\" is not among data.classes"));
}

TEST_CASE("A split's file names pictures, also with the column of the files of single classes") {
  Scene scene;
  test::put_text(scene.folder / "ImageSets/Main/train.txt", "one -1\r\n");
  CHECK(scene.open(object("a", kBox))->size() == 1);
  test::put_text(scene.folder / "ImageSets/Main/train.txt", "one\n../../etc/passwd\n");
  CHECK_THAT(scene.problem(object("a", kBox)), Catch::Contains("train.txt:2"));
}

TEST_CASE("XML that is hostile or broken is refused with its line") {
  const auto problem = [](const std::string& text) {
    const auto error = test::error_of([&] { (void)parse_xml(text, "a.xml"); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    return std::string(error->what());
  };
  CHECK_THAT(problem("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a/>"), Catch::Contains("document type"));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  CHECK_THAT(problem(deep), Catch::Contains("nested deeper than 64"));
  CHECK_THAT(problem("<a>\n<b>\n</a>"), Catch::Contains("a.xml:3: expected the end of \"b\""));
  CHECK_THAT(problem("<a>"), Catch::Contains("has no end"));
  CHECK_THAT(problem("<a/>x"), Catch::Contains("after the last element"));
  CHECK_THAT(problem(""), Catch::Contains("expected an element"));
  CHECK_THAT(problem("<a b=c/>"), Catch::Contains("quoted value"));
  CHECK_THAT(problem("<a><!-- "), Catch::Contains("expected \"-->\""));
  CHECK(parse_xml("<a><![CDATA[<b>]]> &lt;</a>", "a.xml").text == "<b> <");
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
  Scene scene;
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
