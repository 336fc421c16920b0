#include "vit/data/images.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/data/registry.h"
#include "vit/experiment/experiment_data.h"
#include "vit/image/encode.h"

namespace {

void put_image(const std::filesystem::path& path) {
  std::filesystem::create_directories(path.parent_path());
  vit::write_png(vit::Image(4, 3), path);
}

vit::DataConfig config_of(const std::filesystem::path& root) {
  vit::DataConfig config;
  config.set = vit::default_data("images");
  std::get<vit::FolderDataOptions>(config.set.options).root = root.string();
  return config;
}

}  // namespace

TEST_CASE("A folder of images needs no labels, and is divided where it says so") {
  const vit::test::ScratchFolder folder;
  for (const char* name : {"b/2.png", "a/deep/1.png", "3.png", "a/0.png"}) put_image(folder / name);
  const auto all = vit::images(folder.path(), vit::Split::train);
  REQUIRE(all->size() == 4);
  CHECK(all->classes().empty());
  CHECK(all->label(0) == -1);
  CHECK(all->get(1).image.width == 4);
  const auto error = vit::test::error_of([&] { (void)vit::open_data(config_of(folder.path())); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->remedy(), Catch::Contains("data.val_split"));
  vit::DataConfig split = config_of(folder.path());
  split.subset.val_split = 0.25;
  const vit::DataSplits parts = vit::open_data(split);
  CHECK(parts.train->size() == 3);
  CHECK(parts.val->size() == 1);
  put_image(folder / "train/x.png");
  put_image(folder / "val/y.png");
  const vit::DataSplits divided = vit::open_data(config_of(folder.path()));
  CHECK(divided.train->size() == 1);
  CHECK(divided.val->source(0).ends_with("y.png"));
}

TEST_CASE("A folder without images is an error of the data") {
  const vit::test::ScratchFolder folder;
  for (const std::filesystem::path& root : {folder.path(), folder / "nowhere"}) {
    const auto error = vit::test::error_of([&] { (void)vit::images(root, vit::Split::train); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::data);
  }
}
