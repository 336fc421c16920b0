#include "vit/data/prepare.h"

#include <cstdlib>

#include "tests/catch.h"
#include "tests/io/scratch.h"
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
  const vit::PreparedData done = vit::prepare_data("folder", archive, folder / "data/pets");
  CHECK(done.root == folder / "data/pets");
  CHECK(done.train == 3);
  CHECK(done.val == 2);
  CHECK(done.classes == 2);
  CHECK(fs::exists(folder / "data/pets/train/cat/1.png"));

  SECTION("what is there is not unpacked again: the archive may be gone") {
    fs::remove(archive);
    CHECK(vit::prepare_data("folder", archive, folder / "data/pets").train == 3);
  }
}

TEST_CASE("An archive of something else is an error of the data, and leaves nothing behind") {
  const vit::test::ScratchFolder folder;
  const fs::path archive = pack(folder, {"cat/0.png", "dog/0.png"});
  const auto error =
      vit::test::error_of([&] { (void)vit::prepare_data("folder", archive, folder / "pets"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK(folder.names() == std::vector<std::string>{"archive.tar"});
}

TEST_CASE("A data set that is drawn has nothing to unpack") {
  const auto error =
      vit::test::error_of([] { (void)vit::prepare_data("shapes", "a.tar", "anywhere"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->remedy(), Catch::Contains("cifar10"));
}
