#include "vit/data/shards.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/data/tar_files.h"

using namespace vit;

namespace {

struct Scene {
  test::ScratchFolder folder;
  ShardOptions options;

  Scene() {
    options.root = (folder / "data").string();
    std::filesystem::create_directory(options.root);
    put("s0/0001.png", 10, "3");
    put("s0/0002.png", 20, "0\n");
    put("s1/0001.png", 30, "1");
    test::pack_tar(folder / "s0", folder / "data/train-0.tar");
    test::pack_tar(folder / "s1", folder / "data/train-1.tar");
  }
  void put(const std::string& name, std::uint8_t grey, const std::string& label) {
    test::put_picture(folder / name, grey);
    test::put(std::filesystem::path(folder / name).replace_extension(".cls"), label);
  }
  std::string problem() {
    const auto error = test::error_of([&] { (void)shards(options, Split::train); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    return error->what();
  }
};

}  // namespace

TEST_CASE("Shards in WebDataset's layout, in the order of their names") {
  Scene scene;
  scene.options.train = GENERATE("train-*.tar", "train-{0..1}.tar", "train-?.tar");
  const auto data = shards(scene.options, Split::train);
  REQUIRE(data->size() == 3);
  CHECK(data->classes() == std::vector<std::string>{"0", "1", "2", "3"});
  CHECK(data->label(0) == 3);
  CHECK(data->get(1).label == 0);
  CHECK(data->get(1).image.pixels[0] == 20);
  CHECK(data->get(2).image.pixels[0] == 30);
  CHECK_THAT(data->get(2).source, Catch::Contains("train-1.tar/./0001.png"));
}

TEST_CASE("Captions and labels of .txt and .json files") {
  Scene scene;
  test::put_picture(scene.folder / "t/a.b.png", 1);  // the name ends at the first dot
  test::put(scene.folder / "t/a.txt", "a cat");
  test::put_picture(scene.folder / "t/c.png", 2);
  test::put(scene.folder / "t/c.json", R"({"caption": "a dog", "label": 5, "url": "x"})");
  test::put(scene.folder / "t/lonely.txt", "no picture");
  test::pack_tar(scene.folder / "t", scene.folder / "data/val-0.tar");
  const auto data = shards(scene.options, Split::val);
  REQUIRE(data->size() == 2);
  CHECK(data->get(0).caption == "a cat");
  CHECK(data->get(0).label == -1);
  CHECK(data->get(1).caption == "a dog");
  CHECK(data->get(1).label == 5);
}

TEST_CASE("Mistakes in shards name shard and sample") {
  Scene scene;
  SECTION("a label that is none") {
    scene.put("s1/0002.png", 1, "cat");
    test::pack_tar(scene.folder / "s1", scene.folder / "data/train-1.tar");
    CHECK_THAT(scene.problem(), Catch::Contains("train-1.tar/./0002.cls: expected a label"));
  }
  SECTION("a label beyond the class map") {
    test::put(scene.folder / "classes.txt", "a\nb\n");
    scene.options.class_map = (scene.folder / "classes.txt").string();
    CHECK_THAT(scene.problem(), Catch::Contains("has label 3, and there are 2 classes"));
  }
  SECTION("two pictures of one name") {
    test::put_picture(scene.folder / "s1/0001.jpg", 1);
    test::pack_tar(scene.folder / "s1", scene.folder / "data/train-1.tar");
    CHECK_THAT(scene.problem(), Catch::Contains("two pictures of one name"));
  }
  SECTION("a compressed archive") {
    REQUIRE(std::system(("gzip -c '" + (scene.folder / "data/train-0.tar").string() + "' > '" +
                         (scene.folder / "data/train-1.tar").string() + "'")
                            .c_str()) == 0);
    CHECK_THAT(scene.problem(), Catch::Contains("train-1.tar: is no tar archive"));
  }
  SECTION("no shard") {
    scene.options.train = "other-*.tar";
    CHECK_THAT(scene.problem(), Catch::Contains("no shard matches"));
  }
  SECTION("one of a range is missing") {
    scene.options.train = "train-{0..2}.tar";
    CHECK_THAT(scene.problem(), Catch::Contains("train-2.tar"));
  }
  SECTION("a picture that does not decode") {
    test::put(scene.folder / "s1/0001.png", "text");
    test::pack_tar(scene.folder / "s1", scene.folder / "data/train-1.tar");
    const auto data = shards(scene.options, Split::train);
    const auto error = test::error_of([&] { (void)data->get(2); });
    REQUIRE(error);
    CHECK_THAT(error->where(), Catch::Contains("train-1.tar/./0001.png"));
  }
}
