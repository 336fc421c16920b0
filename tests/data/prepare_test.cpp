#include "vit/data/prepare.h"

#include <cstdlib>

#include <map>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/http_server.h"
#include "vit/core/error.h"
#include "vit/image/encode.h"

namespace fs = std::filesystem;

namespace {

/// Packs pictures of these names, as in `pets/train/cat/0.png`; returns the archive.
fs::path pack(const vit::test::ScratchFolder& folder, const std::vector<std::string>& names) {
  const fs::path content = folder / "content";
  for (const std::string& name : names) {
    fs::create_directories((content / name).parent_path());
    vit::write_png(vit::Image(4, 4), content / name);
  }
  const fs::path archive = folder / "archive.tar";
  REQUIRE(std::system(
              ("tar -cf '" + archive.string() + "' -C '" + content.string() + "' .").c_str()) == 0);
  fs::remove_all(content);
  return archive;
}

const std::vector<std::string> kPets{"pets/train/cat/0.png", "pets/train/cat/1.png",
                                     "pets/train/dog/0.png", "pets/val/cat/0.png",
                                     "pets/val/dog/0.png"};

}  // namespace

TEST_CASE("An archive is unpacked without the folder around everything, and counted") {
  const vit::test::ScratchFolder folder;
  const fs::path archive = pack(folder, kPets);
  const vit::PreparedData done = vit::prepare_data({"folder", archive, folder / "data/pets"});
  CHECK(done.root == folder / "data/pets");
  CHECK(done.train == 3);
  CHECK(done.val == 2);
  CHECK(done.classes == 2);
  CHECK(fs::exists(folder / "data/pets/train/cat/1.png"));

  SECTION("what is there is not unpacked again: the archive may be gone") {
    fs::remove(archive);
    CHECK(vit::prepare_data({"folder", archive, folder / "data/pets"}).train == 3);
  }
}

TEST_CASE("An archive of something else is an error of the data, and leaves nothing behind") {
  const vit::test::ScratchFolder folder;
  const fs::path archive = pack(folder, {"cat/0.png", "dog/0.png"});
  const auto error = vit::test::error_of([&] {
    (void)vit::prepare_data({"folder", archive, folder / "pets"});
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK(folder.names() == std::vector<std::string>{"archive.tar"});
}

TEST_CASE("A data set that is drawn has nothing to unpack") {
  const auto error = vit::test::error_of([] {
    (void)vit::prepare_data({"shapes", "a.tar", "anywhere"});
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->remedy(), Catch::Contains("cifar10"));
}

TEST_CASE("Files of a folder that the user has, by their published names") {
  const vit::test::ScratchFolder folder;
  const auto error = vit::test::error_of([&] {
    (void)vit::prepare_data({"mnist", folder.path(), folder / "mnist"});
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains("there is no train-images-idx3-ubyte.gz") &&
                                Catch::Contains("https://ossci-datasets"));
  CHECK(folder.names().empty());
}

TEST_CASE("A data set is fetched, and installed only when it is the published one") {
  const vit::test::ScratchFolder folder;
  std::map<std::string, std::string> published;
  vit::test::HttpServer server([&](const vit::test::HttpAsked& asked) {
    const auto found = published.find(asked.path);
    return found == published.end() ? vit::test::HttpReply{404}
                                    : vit::test::ranged(asked, found->second, "\"1\"");
  });
  vit::PrepareRequest request{"tiny_imagenet", {}, folder / "data/tiny", server.url("/mirror/")};
  request.policy.attempts = 1;

  SECTION("Tiny-ImageNet, whose structure is what is checked") {
    const fs::path archive = pack(folder, {"tiny/train/n01/images/a.png",
                                           "tiny/train/n02/images/b.png", "tiny/val/images/c.png"});
    const std::string command =
        "cd '" + folder.path().string() +
        "' && mkdir x && tar -C x -xf archive.tar && printf 'n01\\nn02\\n' > "
        "x/tiny/wnids.txt && printf 'c.png\\tn02\\t0\\n' > "
        "x/tiny/val/val_annotations.txt && tar -C x -cf archive.tar tiny";
    REQUIRE(std::system(command.c_str()) == 0);
    published["/mirror/tiny-imagenet-200.zip"] = vit::test::get(archive);
    const vit::PreparedData done = vit::prepare_data(request);
    CHECK(done.train == 2);
    CHECK(done.val == 1);
    CHECK(fs::exists(folder / "data/tiny/wnids.txt"));
    CHECK_FALSE(fs::exists(folder / "data/tiny.download"));
  }
  SECTION("an archive of something else") {
    published["/mirror/tiny-imagenet-200.zip"] = vit::test::get(pack(folder, kPets));
    CHECK(vit::test::error_of([&] { (void)vit::prepare_data(request); })->kind() ==
          vit::ErrorKind::data);
    CHECK_FALSE(fs::exists(folder / "data/tiny"));
  }
  SECTION("a wrong checksum") {
    request.name = "cifar10";
    published["/mirror/cifar-10-binary.tar.gz"] = "not what Toronto published";
    const auto error = vit::test::error_of([&] { (void)vit::prepare_data(request); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::resource);
    CHECK_THAT(error->what(), Catch::Contains("MD5 c32a1d4ab5d03f1284b67883e8d87530"));
    CHECK_FALSE(fs::exists(folder / "data/tiny"));
  }
  SECTION("no such file there") {
    CHECK_THAT(
        vit::test::error_of([&] { (void)vit::prepare_data(request); })->what(),
        Catch::Contains(server.url("/mirror/tiny-imagenet-200.zip")) && Catch::Contains("404"));
  }
}

TEST_CASE("An archive that would write outside of its folder is refused") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "evil", "x");
  const std::string command = "cd '" + folder.path().string() +
                              "' && mkdir in && tar -C in -P --transform 's,evil,../../evil2,' -cf "
                              "archive.tar ../evil && rmdir in";
  REQUIRE(std::system(command.c_str()) == 0);
  const auto error = vit::test::error_of([&] {
    (void)vit::prepare_data({"folder", folder / "archive.tar", folder / "pets"});
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK(folder.names() == std::vector<std::string>{"archive.tar", "evil"});
}
