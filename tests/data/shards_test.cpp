#include "vit/data/shards.h"

#include <cstdlib>

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/data/tar_index.h"

using namespace vit;

namespace {

/// Packs what is in `folder` by the system's tar.
void pack(const std::filesystem::path& folder, const std::filesystem::path& archive,
          const std::string& format = "ustar") {
  const std::string command = "tar --format=" + format + " --sort=name -C '" + folder.string() +
                              "' -cf '" + archive.string() + "' .";
  REQUIRE(std::system(command.c_str()) == 0);
}

struct Scene {
  test::ScratchFolder folder;
  ShardOptions options;

  Scene() {
    options.root = (folder / "data").string();
    std::filesystem::create_directory(options.root);
    put("s0/0001.png", 10, "3");
    put("s0/0002.png", 20, "0\n");
    put("s1/0001.png", 30, "1");
    pack(folder / "s0", folder / "data/train-0.tar");
    pack(folder / "s1", folder / "data/train-1.tar");
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
  pack(scene.folder / "t", scene.folder / "data/val-0.tar");
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
    pack(scene.folder / "s1", scene.folder / "data/train-1.tar");
    CHECK_THAT(scene.problem(), Catch::Contains("train-1.tar/./0002.cls: expected a label"));
  }
  SECTION("a label beyond the class map") {
    test::put(scene.folder / "classes.txt", "a\nb\n");
    scene.options.class_map = (scene.folder / "classes.txt").string();
    CHECK_THAT(scene.problem(), Catch::Contains("has label 3, and there are 2 classes"));
  }
  SECTION("two pictures of one name") {
    test::put_picture(scene.folder / "s1/0001.jpg", 1);
    pack(scene.folder / "s1", scene.folder / "data/train-1.tar");
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
    pack(scene.folder / "s1", scene.folder / "data/train-1.tar");
    const auto data = shards(scene.options, Split::train);
    const auto error = test::error_of([&] { (void)data->get(2); });
    REQUIRE(error);
    CHECK_THAT(error->where(), Catch::Contains("train-1.tar/./0001.png"));
  }
}

TEST_CASE("The index of a tar archive: long names in each format, offsets of the bytes") {
  const test::ScratchFolder folder;
  const std::string name = std::string(90, 'a') + "/" + std::string(120, 'b') + ".txt";
  test::put_text(folder / "in" / name, "long");
  test::put_text(folder / "in/short.txt", "short");
  std::filesystem::create_symlink("short.txt", folder / "in/link.txt");
  pack(folder / "in", folder / "a.tar", GENERATE("gnu", "pax"));
  const auto members = tar_index(folder / "a.tar");
  REQUIRE(members.size() == 2);  // no folders, no links
  const std::string bytes = test::get(folder / "a.tar");
  CHECK(members[0].name == "./" + name);
  CHECK(bytes.substr(members[0].offset, members[0].size) == "long");
  CHECK(bytes.substr(members[1].offset, members[1].size) == "short");
}

TEST_CASE("A tar archive that is damaged or cut off is an error at its byte") {
  const test::ScratchFolder folder;
  test::put_text(folder / "in/a.txt", std::string(2000, 'a'));
  pack(folder / "in", folder / "a.tar", "pax");
  const std::string whole = test::get(folder / "a.tar");
  const auto outcome = [&](const std::string& bytes) {
    test::put(folder / "b.tar", bytes);
    return test::error_of([&] { (void)tar_index(folder / "b.tar"); });
  };
  const std::size_t data = whole.find("aaaaaaaa");
  for (std::size_t size = 1; size < data + 2000; size += 37) {
    if (size % 512 == 0) continue;  // there, fewer files make a whole archive
    const auto error = outcome(whole.substr(0, size));
    INFO(size);
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
  std::string flipped = whole;
  flipped[data - 512 + 3] = static_cast<char>(flipped[data - 512 + 3] ^ 1);
  const auto error = outcome(flipped);
  REQUIRE(error);
  CHECK_THAT(error->problem(), Catch::Contains("checksum is wrong (at byte"));
}
