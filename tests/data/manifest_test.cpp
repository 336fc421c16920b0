#include "vit/data/manifest.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"

using namespace vit;

namespace {

struct ManifestScene {
  test::ScratchFolder folder;
  ManifestOptions options;

  ManifestScene() {
    test::put_picture(folder / "a.png", 10);
    test::put_picture(folder / "b, c.png", 20);
    options.train = (folder / "train.csv").string();
    options.val = (folder / "val.csv").string();
    test::put(options.val, "path,label\na.png,cat\n");
  }
  ManifestSplits open(const std::string& train) {
    test::put(options.train, train);
    return manifest(options);
  }
  std::string problem(const std::string& train) {
    const auto error = test::error_of([&] { (void)open(train); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK_FALSE(error->remedy().empty());
    return error->what();
  }
};

}  // namespace

TEST_CASE("A CSV manifest: byte order mark, CRLF, quoted commas, more columns") {
  ManifestScene scene;
  const auto [train, val] = scene.open(
      "\xEF\xBB\xBFpath,who,label\r\na.png,\"Ann, \"\"A\"\"\",cat\r\n\"b, c.png\",Bob,dog\r\n\r\n");
  REQUIRE(train->size() == 2);
  CHECK(train->classes() == std::vector<std::string>{"cat", "dog"});
  CHECK(val->classes() == train->classes());
  CHECK(train->get(1).image.pixels[0] == 20);
  CHECK(train->label(1) == 1);
}

TEST_CASE("Labels that are numbers are sorted as numbers") {
  ManifestScene scene;
  test::put(scene.options.val, "path,label\na.png,9\n");
  const auto [train, val] = scene.open("path,label\na.png,10\na.png,2\n");
  CHECK(train->classes() == std::vector<std::string>{"2", "9", "10"});
  CHECK(train->label(0) == 2);
  CHECK(val->label(0) == 1);
}

TEST_CASE("Mistakes in a CSV manifest name the line") {
  ManifestScene scene;
  CHECK_THAT(
      scene.problem("path,class\na.png,cat\n"),
      Catch::Contains(
          "train.csv:1: there is no column \"label\" and none \"caption\"; there are \"path\", "
          "\"class\"") &&
          Catch::Contains("data.label_column"));
  CHECK_THAT(scene.problem("path,label\na.png,cat\na.png\n"),
             Catch::Contains("train.csv:3: expected 2 cells, found 1"));
  CHECK_THAT(scene.problem("path,label\na.png,cat,more\n"),
             Catch::Contains("train.csv:2: expected 2 cells, found 3"));
  CHECK_THAT(scene.problem("path,label\n\"a\nb.png\",cat\na.png,\n"),
             Catch::Contains("train.csv:4: the label is empty"));
  CHECK_THAT(scene.problem("path,label\n\"a.png,cat\n"),
             Catch::Contains("a quoted cell has no end"));
  CHECK_THAT(scene.problem("path,label\n\"a\"b.png,cat\n"),
             Catch::Contains("train.csv:2: there is text after the closing quote"));
  CHECK_THAT(scene.problem("path,label\n"), Catch::Contains("names no picture"));
  CHECK_THAT(scene.problem(""), Catch::Contains("is empty"));
  scene.options.train = (scene.folder / "none/train.csv").string();
  CHECK(test::error_of([&] { (void)manifest(scene.options); })->kind() == ErrorKind::data);
}

TEST_CASE("A class map gives the labels, and refuses others") {
  ManifestScene scene;
  test::put(scene.folder / "classes.txt", "dog\ncat\n");
  scene.options.class_map = (scene.folder / "classes.txt").string();
  CHECK(scene.open("path,label\na.png,cat\n").train->label(0) == 1);
  CHECK_THAT(scene.problem("path,label\na.png,cat\na.png,cow\n"),
             Catch::Contains("train.csv:3: the class \"cow\" is not in the class map"));
  test::put(scene.folder / "classes.txt", "dog\n\ncat\n");
  CHECK_THAT(scene.problem("path,label\na.png,cat\n"),
             Catch::Contains("classes.txt:2: this line is empty"));
  test::put(scene.folder / "classes.txt", "dog\ncat\ndog\n");
  CHECK_THAT(scene.problem("path,label\na.png,cat\n"),
             Catch::Contains("classes.txt:3: the class \"dog\" is in line 1 already"));
}

TEST_CASE("JSON lines: an object a line") {
  ManifestScene scene;
  scene.options.train = (scene.folder / "train.jsonl").string();
  const auto [train, val] = scene.open(
      "{\"path\": \"a.png\", \"label\": \"cat\", \"caption\": \"a cat\"}\n\n"
      "{\"path\": \"b, c.png\", \"label\": 7, \"more\": [1]}\n");
  CHECK(train->classes() == std::vector<std::string>{"7", "cat"});
  CHECK(train->get(0).caption == "a cat");
  CHECK_THAT(scene.problem("{\"path\": \"a.png\", \"label\": 1}\n{\"label\": 1}\n"),
             Catch::Contains("train.jsonl:2: there is no `path`"));
  CHECK_THAT(scene.problem("{\"path\": \"a.png\", \"label\": [1]}\n"),
             Catch::Contains("train.jsonl:1: `label` is neither a text nor a whole number"));
  CHECK_THAT(scene.problem("{\"path\": \"a.png\"\n"), Catch::Contains("train.jsonl:1"));
  CHECK_THAT(scene.problem("[1]\n"), Catch::Contains("expected a JSON object"));
}

TEST_CASE("Labels that differ by blanks at their ends alone are a slip") {
  ManifestScene scene;
  CHECK_THAT(scene.problem("path,label\na.png,cat\na.png, cat\n"),
             Catch::Contains("train.csv:3: the label \" cat\" is another than \"cat\""));
  CHECK_THAT(scene.problem("path,label\na.png,  \n"), Catch::Contains("is blank"));
  CHECK(scene.open("path,label\na.png,great white\n").train->classes()[1] == "great white");
}

TEST_CASE("A JSON array of objects") {
  ManifestScene scene;
  scene.options.train = (scene.folder / "train.JSON").string();
  const auto [train, val] = scene.open(
      "[{\"path\": \"a.png\", \"label\": \"cat\"},\n {\"path\": \"b, c.png\", \"label\": "
      "\"dog\"}]\n");
  REQUIRE(train->size() == 2);
  CHECK(train->get(1).image.pixels[0] == 20);
  CHECK(train->classes() == std::vector<std::string>{"cat", "dog"});
  CHECK_THAT(scene.problem("[{\"path\": \"a.png\", \"label\": 1}, {\"label\": 1}]"),
             Catch::Contains("train.JSON: [1]: there is no `path`"));
  CHECK_THAT(scene.problem("{\"path\": \"a.png\"}"), Catch::Contains("expected a JSON array"));
  CHECK_THAT(scene.problem("[{]"), Catch::Contains("train.JSON"));
}

TEST_CASE("A label that is no 64-bit number is a name in CSV, and an error in JSON lines") {
  ManifestScene scene;
  const std::string huge = "99999999999999999999";
  const auto [train, val] = scene.open("path,label\na.png," + huge + "\na.png,5\n");
  CHECK(train->classes() == std::vector<std::string>{"5", huge, "cat"});
  scene.options.train = (scene.folder / "train.jsonl").string();
  CHECK_THAT(scene.problem("{\"path\": \"a.png\", \"label\": " + huge + "}\n"),
             Catch::Contains("train.jsonl:1: `label` is neither a text nor a whole number"));
}

TEST_CASE("Captions are enough") {
  ManifestScene scene;
  test::put(scene.options.val, "path,caption\na.png,one\n");
  const auto [train, val] = scene.open("path,caption\na.png,\"a, b\"\n");
  CHECK(train->classes().empty());
  CHECK(train->label(0) == -1);
  CHECK(train->get(0).caption == "a, b");
}

TEST_CASE("A picture that is not there is found when it is read, by name") {
  ManifestScene scene;
  const auto [train, val] = scene.open("path,label\nmissing.png,cat\n");
  const auto error = test::error_of([&] { (void)train->get(0); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK_THAT(error->where(), Catch::Contains("missing.png"));
}

TEST_CASE("A folder as the Hugging Face hub has it") {
  const test::ScratchFolder folder;
  test::put_picture(folder / "train/x/a.png", 1);
  test::put_picture(folder / "validation/b.png", 2);
  test::put(folder / "train/metadata.jsonl", "{\"file_name\": \"x/a.png\", \"label\": 1}\n");
  test::put(folder / "validation/metadata.csv", "file_name,label\nb.png,0\n");
  const auto [train, val] = metadata_folders(folder / "train", folder / "validation");
  CHECK(train->classes() == std::vector<std::string>{"0", "1"});
  CHECK(train->get(0).image.pixels[0] == 1);
  CHECK(val->get(0).label == 0);
  test::put_picture(folder / "train/x/b.png", 1);
  CHECK_THAT(metadata_folders(folder / "train", folder / "validation").train->notes().line(),
             Catch::Contains("images that the metadata does not name are left out: 1"));
  std::filesystem::remove(folder / "train/metadata.jsonl");
  const auto error =
      test::error_of([&] { (void)metadata_folders(folder / "train", folder / "validation"); });
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("neither metadata.jsonl nor metadata.csv"));
}
