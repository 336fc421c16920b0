#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "vit/image/encode.h"

// `vit metrics` as a process.
namespace {

using vit::test::Outcome;
using vit::test::run_program;

void put_mask(const std::filesystem::path& path, int width,
              const std::vector<std::uint8_t>& values) {
  std::filesystem::create_directories(path.parent_path());
  vit::Image mask(width, static_cast<int>(values.size()) / width, 1);
  mask.pixels = values;
  vit::write_png(mask, path);
}

/// Two images; class 2 is nowhere.
void put_masks(const std::filesystem::path& folder) {
  put_mask(folder / "gt/a.png", 2, {0, 0, 1, 255});
  put_mask(folder / "gt/deep/b.png", 2, {1, 1});
  put_mask(folder / "pred/x/a.png", 2, {0, 1, 1, 1});
  put_mask(folder / "pred/b.png", 2, {1, 9});
}

constexpr const char* kCommand = "metrics segmentation --gt gt --pred pred --num-classes 3 ";

}  // namespace

TEST_CASE("metrics segmentation measures two folders of masks") {
  const vit::test::ScratchFolder folder;
  put_masks(folder.path());
  const Outcome done = run_program(folder.path(), std::string(kCommand) + "--json");
  INFO(done.errors);
  REQUIRE(done.code == 0);
  CHECK(std::count(done.out.begin(), done.out.end(), '\n') == 1);
  const auto json = nlohmann::json::parse(done.out);
  CHECK(json.at("images") == 2);
  CHECK(json.at("iou").size() == 3);
  CHECK(json.at("iou")[0].get<double>() == Approx(1.0 / 2));
  CHECK(json.at("iou")[1].get<double>() == Approx(2.0 / 4));
  CHECK(json.at("iou")[2].is_null());
  CHECK(json.at("dice")[1].get<double>() == Approx(4.0 / 6));
  CHECK(json.at("miou").get<double>() == Approx(0.5));
  CHECK(json.at("miou_absent_as_zero").get<double>() == Approx(1.0 / 3));
  CHECK(json.at("pixel_accuracy").get<double>() == Approx(3.0 / 5));
  CHECK(json.at("mean_accuracy").get<double>() == Approx((1.0 / 2 + 2.0 / 3) / 2));

  const Outcome table = run_program(folder.path(), kCommand);
  CHECK(table.code == 0);
  CHECK_THAT(table.errors, Catch::Contains("1 predicted pixels hold values"));
  CHECK_THAT(table.out, Catch::Contains("IoU %") && Catch::Contains("50.00") &&
                            Catch::Contains("pixel accuracy 60.00 %"));
}

TEST_CASE("metrics segmentation ignores what it is told to, and reduces labels as ADE20K does") {
  const vit::test::ScratchFolder folder;
  put_mask(folder / "gt/a.png", 4, {0, 1, 2, 255});
  put_mask(folder / "pred/a.png", 4, {0, 0, 1, 0});
  const auto json_of = [&](const std::string& options) {
    const Outcome done = run_program(
        folder.path(), "metrics segmentation --gt gt --pred pred --json --num-classes " + options);
    INFO(done.errors);
    REQUIRE(done.code == 0);
    return nlohmann::json::parse(done.out);
  };
  CHECK(json_of("2 --reduce-zero-label").at("miou") == 1.0);
  CHECK(json_of("3 --ignore 255 1").at("pixel_accuracy") == 0.5);
  CHECK(json_of("1 --ignore 1 2 255").at("iou") == nlohmann::json({1.0}));
}

TEST_CASE("metrics segmentation names the mask that it cannot use, with the code of data") {
  const vit::test::ScratchFolder folder;
  put_masks(folder.path());
  const auto fails_with = [&](const std::string& options, const std::string& text) {
    const Outcome outcome = run_program(folder.path(), options);
    INFO(outcome.errors);
    CHECK(outcome.code == 3);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.errors, Catch::Contains(text));
  };
  fails_with("metrics segmentation --gt gt --pred pred --num-classes 1", "gt/a.png");
  fails_with("metrics segmentation --gt nowhere --pred pred --num-classes 3", "nowhere");

  put_mask(folder / "pred/extra.png", 1, {0});
  fails_with(kCommand, "pred/extra.png: has no truth in gt");
  std::filesystem::remove(folder / "pred/extra.png");
  put_mask(folder / "gt/missed.png", 1, {0});
  fails_with(kCommand, "gt/missed.png: has no prediction in pred");
  std::filesystem::remove(folder / "gt/missed.png");
  put_mask(folder / "pred/y/b.png", 2, {1, 1});
  fails_with(kCommand, "pred/y/b.png: has the same name as pred/b.png");
  std::filesystem::remove(folder / "pred/y/b.png");
  put_mask(folder / "pred/b.png", 1, {1, 1});
  fails_with(kCommand, "pred/b.png: is 1 x 2 pixels, and gt/deep/b.png is 2 x 1");
  vit::test::put(folder / "pred/b.png", "no image");
  fails_with(kCommand, "pred/b.png");
}

TEST_CASE("metrics segmentation needs to know the number of classes") {
  const vit::test::ScratchFolder folder;
  CHECK(run_program(folder.path(), "metrics segmentation --gt gt --pred pred").code == 2);
  CHECK(
      run_program(folder.path(), "metrics segmentation --gt gt --pred pred --num-classes 0").code ==
      2);
}
