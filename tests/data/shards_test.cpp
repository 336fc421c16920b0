#include "vit/data/shards.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "tests/data/tar_files.h"

using namespace vit;

namespace {

struct ShardsScene {
  test::ScratchFolder folder;
  ShardOptions options;

  ShardsScene() {
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
  ShardsScene scene;
  scene.options.train =
      GENERATE("train-*.tar", "train-{0..1}.tar", "train-?.tar", "train-{0,1}.tar");
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
  ShardsScene scene;
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

TEST_CASE("Suffixes count in any case, and a caption beside a .json keeps its place") {
  ShardsScene scene;
  test::put_picture(scene.folder / "t/a.png", 1);
  std::filesystem::rename(scene.folder / "t/a.png", scene.folder / "t/a.PNG");
  test::put(scene.folder / "t/a.CLS", "1");
  test::put(scene.folder / "t/a.txt", "a cat");
  test::put(scene.folder / "t/a.json", R"({"url": "x"})");
  test::pack_tar(scene.folder / "t", scene.folder / "data/val-0.tar");
  const auto data = shards(scene.options, Split::val);
  REQUIRE(data->size() == 1);
  CHECK(data->label(0) == 1);
  CHECK(data->get(0).caption == "a cat");
}

TEST_CASE("Of several images of a sample, the plainest is its image, and the others are noted") {
  ShardsScene scene;
  test::put_picture(scene.folder / "t/a.depth.png", 1);
  test::put_picture(scene.folder / "t/a.left.png", 2);
  test::put_picture(scene.folder / "t/a.png", 3);
  test::put(scene.folder / "t/a.cls", "1");
  test::put(scene.folder / "t/lonely.cls", "1");
  test::pack_tar(scene.folder / "t", scene.folder / "data/val-0.tar");
  const auto data = shards(scene.options, Split::val);
  REQUIRE(data->size() == 1);
  CHECK(data->get(0).image.pixels[0] == 3);
  CHECK_THAT(data->notes().line(), Catch::Contains("further images of a sample are left out: 2") &&
                                       Catch::Contains("samples without an image are left out: 1"));
  std::filesystem::remove(scene.folder / "t/a.png");
  test::pack_tar(scene.folder / "t", scene.folder / "data/val-0.tar");
  CHECK_THROWS_WITH(shards(scene.options, Split::val),
                    Catch::Contains("a.depth.png: and") && Catch::Contains("a.left.png"));
}

TEST_CASE("Shards that are named by lists and several ranges") {
  ShardsScene scene;
  for (const char* name : {"m0-0", "m0-1", "m1-0", "m1-1"})
    std::filesystem::copy(scene.folder / "data/train-0.tar",
                          scene.folder / "data" / (std::string(name) + ".tar"));
  scene.options.train = "m{0..1}-{0..1}.tar";
  CHECK(shards(scene.options, Split::train)->size() == 8);
  scene.options.train = "m{0,1}-0.tar";
  CHECK(shards(scene.options, Split::train)->size() == 4);
  CHECK(matching_shards(scene.options.root, "none-*.tar").empty());
}

TEST_CASE("Mistakes in shards name shard and sample") {
  ShardsScene scene;
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
  SECTION("one name twice") {
    const std::string tar = (scene.folder / "data/train-1.tar").string();
    REQUIRE(
        std::system(("tar -C '" + (scene.folder / "s1").string() + "' -rf '" + tar + "' ./0001.png")
                        .c_str()) == 0);
    CHECK_THAT(scene.problem(), Catch::Contains("train-1.tar/./0001.png: is there twice"));
  }
  SECTION("several at once") {
    scene.put("s1/0002.png", 1, "cat");
    scene.put("s1/0003.png", 1, "-1");
    test::pack_tar(scene.folder / "s1", scene.folder / "data/train-1.tar");
    CHECK_THAT(scene.problem(), Catch::Contains("has 2 faults") && Catch::Contains("0002.cls") &&
                                    Catch::Contains("0003.cls"));
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
