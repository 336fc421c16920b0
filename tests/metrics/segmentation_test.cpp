#include "vit/metrics/segmentation.h"

#include <torch/types.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/shared.h"
#include "vit/weights/tensors.h"

using vit::SegmentationCounts, vit::segmentation_figures, vit::SegmentationFigures;

namespace {

std::span<const std::uint8_t> pixels_of(const torch::Tensor& mask) {
  return {mask.const_data_ptr<std::uint8_t>(), static_cast<std::size_t>(mask.numel())};
}

/// `found` is a number of the reference's; null there is NaN here.
void check_number(const std::string& what, double found, const nlohmann::json& expected,
                  double tolerance) {
  INFO(what);
  if (expected.is_null())
    CHECK(std::isnan(found));
  else
    CHECK(std::abs(found - expected.get<double>()) <= tolerance);
}

void check_classes(const std::string& what, const std::vector<double>& found,
                   const nlohmann::json& expected, double tolerance) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t k = 0; k < found.size(); ++k)
    check_number(what + " of class " + std::to_string(k), found[k], expected[k], tolerance);
}

void check_case(const SegmentationCounts& counts, const nlohmann::json& expected,
                double tolerance) {
  for (std::int64_t k = 0; k < counts.num_classes(); ++k) {
    INFO("class " << k);
    const auto index = static_cast<std::size_t>(k);
    CHECK(counts.intersect(k) == expected.at("intersect")[index].get<std::int64_t>());
    CHECK(counts.pred_area(k) == expected.at("pred_area")[index].get<std::int64_t>());
    CHECK(counts.label_area(k) == expected.at("label_area")[index].get<std::int64_t>());
  }
  const SegmentationFigures figures = segmentation_figures(counts);
  check_classes("IoU", figures.iou, expected.at("IoU"), tolerance);
  check_classes("accuracy", figures.accuracy, expected.at("Acc"), tolerance);
  check_classes("dice", figures.dice, expected.at("Dice"), tolerance);
  check_classes("F-score", figures.f_score, expected.at("Fscore"), tolerance);
  const auto check_mean = [&](const char* name, double found) {
    check_number(name, found, expected.at(name), tolerance);
  };
  check_mean("aAcc", figures.pixel_accuracy);
  check_mean("mIoU", figures.mean_iou);
  check_mean("mAcc", figures.mean_accuracy);
  check_mean("mDice", figures.mean_dice);
  check_mean("mFscore", figures.mean_f_score);
  check_mean("mIoU_printed", figures.mean_iou_printed);
  check_mean("mIoU_absent_as_zero", figures.mean_iou_absent_as_zero);
}

}  // namespace

TEST_CASE("Figures of segmentation are mmseg's, also of predictions that are no class") {
  const auto folder = vit::test::shared("fixtures/metrics/seg2");
  if (!folder) return;
  const auto stats = nlohmann::json::parse(std::ifstream(*folder / "stats.json"));
  const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const auto mask = [&](const char* name) { return vit::read_tensor(io, io.at(name)); };
  const double tolerance = stats.at("tolerance");
  const std::int64_t classes = stats.at("num_classes"), ignored = stats.at("ignore_index");

  struct Case {
    std::string name;
    torch::Tensor prediction, truth;
    std::int64_t classes, ignored;
  };
  const torch::Tensor gt = mask("gt");
  torch::Tensor reduced = gt.clone();
  vit::reduce_zero_label(
      {reduced.data_ptr<std::uint8_t>(), static_cast<std::size_t>(reduced.numel())});
  for (const Case& one :
       {Case{"plain", mask("pred"), gt, classes, ignored},
        Case{"wild", mask("pred_wild"), gt, classes, ignored},
        Case{"reduce_zero_label", mask("pred_reduced"), reduced, classes - 1, 255},
        Case{"ignore_0", mask("pred"), mask("gt_ignore_0"), classes, 0}}) {
    INFO(one.name);
    SegmentationCounts whole(one.classes, {one.ignored}), by_image(one.classes, {one.ignored});
    whole.add(pixels_of(one.prediction), pixels_of(one.truth));
    check_case(whole, stats.at("cases").at(one.name), tolerance);
    for (std::int64_t i = 0; i < one.truth.size(0); ++i) {  // each by itself, as tensors
      SegmentationCounts image(one.classes, {one.ignored});
      image.add(one.prediction[i].to(torch::kInt64), one.truth[i]);
      by_image.merge(image);
    }
    CHECK(by_image.counts() == whole.counts());
  }
}

TEST_CASE("Figures of segmentation are those of numpy and scikit-learn") {
  const auto folder = vit::test::shared("fixtures/metrics/segmentation");
  if (!folder) return;
  const auto stats = nlohmann::json::parse(std::ifstream(*folder / "stats.json"));
  const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const torch::Tensor gt = vit::read_tensor(io, io.at("gt")),
                      pred = vit::read_tensor(io, io.at("pred")),
                      confusion = vit::read_tensor(io, io.at("confusion"));
  SegmentationCounts counts(stats.at("num_classes"),
                            {stats.at("ignore_index").get<std::int64_t>()});
  counts.add(pred, gt);
  for (std::int64_t truth = 0; truth < counts.num_classes(); ++truth)
    for (std::int64_t found = 0; found < counts.num_classes(); ++found)
      CHECK(counts.at(truth, found) == confusion[truth][found].item<std::int64_t>());
  const SegmentationFigures figures = segmentation_figures(counts);
  constexpr double kTolerance = 1e-9;
  check_classes("IoU", figures.iou, stats.at("class_iou"), kTolerance);
  check_classes("accuracy", figures.accuracy, stats.at("class_accuracy"), kTolerance);
  check_number("pixel accuracy", figures.pixel_accuracy, stats.at("pixel_accuracy"), kTolerance);
  check_number("mIoU", figures.mean_iou, stats.at("mIoU"), kTolerance);
  check_number("mean accuracy", figures.mean_accuracy, stats.at("mean_accuracy"), kTolerance);
}

TEST_CASE("Ignored pixels count neither as truth nor as prediction") {
  SegmentationCounts counts(2);
  counts.add(torch::tensor({0, 1, 1, 0}), torch::tensor({0, 1, 255, 255}));
  CHECK(counts.counts() == std::vector<std::int64_t>{1, 0, 0, 0, 1, 0});
  CHECK(segmentation_figures(counts).mean_iou == 1);
}

TEST_CASE("What is predicted where no class is, is wrong: it is in the true class's area alone") {
  for (const std::int64_t nothing : {2, 255, -1}) {
    SegmentationCounts counts(2);
    counts.add(torch::tensor({std::int64_t{0}, nothing, std::int64_t{1}}),
               torch::tensor({0, 0, 1}));
    CHECK(counts.label_area(0) == 2);
    CHECK(counts.pred_area(0) == 1);
    CHECK(counts.pred_area(1) == 1);
    CHECK(segmentation_figures(counts).pixel_accuracy == Approx(2.0 / 3));
  }
}

TEST_CASE("Nothing counted gives figures that are no numbers") {
  SegmentationCounts counts(2);
  counts.add(torch::zeros({3}, torch::kInt64), torch::full({3}, 255));
  const SegmentationFigures figures = segmentation_figures(counts);
  CHECK(std::isnan(figures.mean_iou));
  CHECK(std::isnan(figures.pixel_accuracy));
  CHECK(figures.mean_iou_absent_as_zero == 0);
}

TEST_CASE("A true value that is no class and not ignored is an error, and adds nothing") {
  SegmentationCounts counts(2, {7});
  const std::vector<std::uint8_t> prediction = {0, 1, 1}, truth = {0, 7, 255};
  const auto of_bytes = vit::test::error_of([&] { counts.add(prediction, truth, "masks/a.png"); });
  REQUIRE(of_bytes);
  CHECK(of_bytes->kind() == vit::ErrorKind::data);
  CHECK_THAT(of_bytes->what(), Catch::Contains("masks/a.png") && Catch::Contains("value 255"));
  CHECK(vit::test::error_of([&] {
          counts.add(torch::tensor({0, 0}), torch::tensor({0, -3}));
        })->kind() == vit::ErrorKind::data);
  CHECK(counts.counts() == std::vector<std::int64_t>(6));
}
