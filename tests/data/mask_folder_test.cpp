#include "vit/data/mask_folder.h"

#include "tests/catch.h"
#include "tests/data/pictures.h"
#include "vit/io/file.h"

using namespace vit;

namespace {

struct MaskScene {
  test::ScratchFolder folder;
  MaskFolderOptions options;

  explicit MaskScene(const std::vector<std::uint8_t>& mask) {
    options.root = folder.path().string();
    options.classes = {"sky", "road", "car"};
    test::put_picture(folder / "images/train/a/x.jpg", 9, 2, 2);
    put_mask(folder / "masks/train/a/x.png", mask);
  }
  static void put_mask(const std::filesystem::path& path, const std::vector<std::uint8_t>& mask) {
    std::filesystem::create_directories(path.parent_path());
    Image image(2, static_cast<int>(mask.size() / 2), 1);
    image.pixels = mask;
    write_png(image, path);
  }
  std::optional<Error> failure() {
    return test::error_of([&] { (void)mask_folder(options, Split::train)->get(0); });
  }
};

}  // namespace

TEST_CASE("Pictures and masks in two trees of the same names") {
  MaskScene scene({0, 1, 2, 255});
  const auto data = mask_folder(scene.options, Split::train);
  REQUIRE(data->size() == 1);
  CHECK(data->classes().size() == 3);
  CHECK(data->get(0).mask.pixels == std::vector<std::uint8_t>{0, 1, 2, 255});
}

TEST_CASE("A split may be another folder than the usual one, in both trees") {
  MaskScene scene({0, 1, 2, 255});
  test::put_picture(scene.folder / "images/night/y.jpg", 9, 2, 2);
  MaskScene::put_mask(scene.folder / "masks/night/y.png", {2, 2, 2, 2});
  scene.options.val = "night";
  const auto data = mask_folder(scene.options, Split::val);
  REQUIRE(data->size() == 1);
  CHECK(data->get(0).mask.pixels == std::vector<std::uint8_t>{2, 2, 2, 2});
  scene.options.train = "day";
  const auto error = scene.failure();
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("day"));
}

TEST_CASE("Values that do not count, and ADE20K's zero") {
  MaskScene scene({0, 1, 2, 3});
  scene.options.ignored = {3};
  CHECK(mask_folder(scene.options, Split::train)->get(0).mask.pixels ==
        std::vector<std::uint8_t>{0, 1, 2, 255});
  scene.options.ignored = {};
  scene.options.reduce_zero_label = true;
  CHECK(mask_folder(scene.options, Split::train)->get(0).mask.pixels ==
        std::vector<std::uint8_t>{255, 0, 1, 2});
}

TEST_CASE("A value beyond the classes is an error with its pixel") {
  MaskScene scene({0, 1, 2, 3});
  const auto error = scene.failure();
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains("masks/train/a/x.png") &&
                                Catch::Contains("x 1, y 1 has the value 3, and there are 3"));
}

TEST_CASE("A mask that is missing or of another size is an error with its name") {
  MaskScene scene({0, 1, 2, 0, 1, 2});
  CHECK_THAT(scene.failure()->what(),
             Catch::Contains("the mask is of 2x3 pixels, and its picture of 2x2"));
  std::filesystem::remove(scene.folder / "masks/train/a/x.png");
  CHECK_THAT(scene.failure()->what(), Catch::Contains("there is no mask"));
  std::filesystem::remove_all(scene.folder / "masks");
  CHECK_THAT(scene.failure()->what(), Catch::Contains("has no folder masks/"));
  scene.options.classes = {};
  CHECK(scene.failure()->kind() == ErrorKind::data);
}

TEST_CASE("CamVid opens as it is published") {
  const auto shared = test::shared_folder();
  if (shared.empty() || !std::filesystem::exists(shared / "data/camvid")) return;
  MaskFolderOptions options;
  options.root = (shared / "data/camvid").string();
  options.classes = {"sky",  "building", "pole", "road",       "pavement", "tree",
                     "sign", "fence",    "car",  "pedestrian", "bicyclist"};
  options.ignored = {11};
  const auto train = mask_folder(options, Split::train), val = mask_folder(options, Split::val);
  CHECK(train->size() == 367);
  CHECK(val->size() == 101);
  const Sample sample = val->get(100);
  CHECK(sample.mask.width == 480);
  for (const std::uint8_t value : sample.mask.pixels) REQUIRE((value < 11 || value == 255));
}
