// Instance masks from the data to the exported file, through a whole small run.
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "tests/support/stop_after.h"
#include "vit/data/registry.h"
#include "vit/experiment/experiment_data.h"
#include "vit/image/coco_mask.h"
#include "vit/image/encode.h"
#include "vit/report/csv.h"
#include "vit/run/dry_run.h"
#include "vit/run/evaluation_subject.h"
#include "vit/run/open_model.h"
#include "vit/train/run_directory.h"

using vit::test::Bench, vit::test::WorkingFolder;

namespace {

/// RF-DETR with masks on shapes of which there are several.
std::vector<std::string> with_masks(const std::vector<std::string>& more = {}) {
  std::vector<std::string> sets{"task.name=detect",
                                "task.head=rf_detr",
                                "task.masks=true",
                                "task.shown_score=0",
                                "task.rf_detr={num_windows: 1, hidden_dim: 16, sa_nheads: 2, "
                                "ca_nheads: 2, dim_feedforward: 16, group_detr: 2, num_queries: 4, "
                                "projector_blocks: 0}",
                                "data.max_objects=3",
                                "model.img_size=16"};
  sets.insert(sets.end(), more.begin(), more.end());
  return sets;
}

std::string last_weights(const std::filesystem::path& run) {
  return vit::test::get(vit::RunDirectory(run).last_checkpoint());
}

nlohmann::json detections(const std::string& path) {
  vit::OpenedPredictor opened = vit::open_predictor({path}, c10::kCPU);
  vit::Sample sample;
  sample.encoded = vit::encode_png(vit::open_data(vit::default_data("shapes")).val->get(3).image);
  sample.source = "shapes.png";
  const vit::Prediction prediction = vit::predict_image(opened, std::move(sample), c10::kCPU);
  nlohmann::json object = nlohmann::json::object();
  opened.task->tell(prediction, {.classes = opened.labels, .image = "x.png", .name = "x"}, object);
  const vit::Image drawn =
      opened.task->draw(vit::Image(32, 32, 3), prediction, {.classes = opened.labels, .name = "x"});
  CHECK(drawn.width == 32);
  return object["detections"];
}

}  // namespace

TEST_CASE("A run with masks is resumed to the byte, and its file finds the same masks") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  const auto sets = with_masks({"export.torchscript=true"});
  CHECK(bench.run("r", "", {}, nullptr, sets).end == vit::TrainingEnd::complete);
  vit::test::StopAfter stopper(6);  // in the second epoch of four batches
  CHECK(bench.run("broken", "", {&stopper}, &stopper.stop, sets).end == vit::TrainingEnd::stopped);
  CHECK(bench.run("broken", "auto", {}, nullptr, sets).end == vit::TrainingEnd::complete);
  CHECK((last_weights("broken") == last_weights("r")));
  const vit::CsvTable table = vit::read_csv(vit::RunDirectory("r").summary());
  for (const char* column : {"eval_mask_map", "eval_map", "train_mask_ce", "train_mask_dice"})
    CHECK(table.column(column));

  const nlohmann::json own = detections("r"), exported = detections("r/model.pt");
  REQUIRE(own.size() == 4);
  REQUIRE(exported.size() == own.size());
  for (std::size_t i = 0; i < own.size(); ++i) {
    CHECK(own[i]["label"] == exported[i]["label"]);
    CHECK(own[i]["segmentation"]["size"] ==
          nlohmann::json({32, 32}));  // the file's, not the input's
    const auto runs = [](const nlohmann::json& object) {
      return vit::parse_runs(object["segmentation"]["counts"].get<std::string>(), "test");
    };
    std::uint64_t pixels = 0;
    for (const std::uint32_t run : runs(own[i])) pixels += run;
    CHECK(pixels == 32 * 32);
    // A pixel on the edge may fall on its other side.
    CHECK(static_cast<double>(vit::runs_area(runs(own[i]))) ==
          Approx(static_cast<double>(vit::runs_area(runs(exported[i])))).margin(2));
  }
}

TEST_CASE("An exported file with masks is evaluated as its run is") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  bench.run("r", "", {}, nullptr, with_masks({"export.torchscript=true"}));
  const auto metrics = [&](const std::string& what, const std::vector<std::string>& sets) {
    return vit::evaluate(vit::open_subject({what, "", "", sets}), "fp32")->metrics();
  };
  const vit::Metrics run = metrics("r", {});
  const vit::Metrics exported =
      metrics("r/model.pt", {"data.name=shapes", "data.image_size=16", "data.num_train=32",
                             "data.num_val=16", "data.batch_size=8", "data.max_objects=3"});
  REQUIRE(run.size() == 16);
  REQUIRE(exported.size() == 16);
  CHECK(run[0].name == "mask_map");
  for (std::size_t i = 0; i < run.size(); ++i) {
    INFO(run[i].name);
    if (std::isnan(run[i].value)) continue;
    CHECK(exported[i].value == Approx(run[i].value).epsilon(1e-3).margin(1e-6));
  }
}

TEST_CASE("A dry run takes masks through the loss and the evaluation") {
  Bench bench;  // keeps quiet
  std::vector<std::string> sets = with_masks({"data.num_train=16", "data.num_val=8"});
  sets.insert(sets.begin(),
              {"data.image_size=16", "model.name=vit_tiny_patch16_224", "model.patch_size=4",
               "model.embed_dim=8", "model.depth=1", "model.num_heads=2", "train.device=cpu"});
  vit::BuiltExperiment built(vit::parse_experiment("{}", "small.yaml", sets));
  vit::dry_run(built);
  for (const torch::Tensor& parameter : built.model->module().parameters())
    CHECK_FALSE(parameter.grad().defined());
}

TEST_CASE("Masks are refused for other heads and for data that has none, with what would do") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  const auto problem = [&](const std::vector<std::string>& sets) {
    const auto error = vit::test::error_of([&] { bench.run("r", "", {}, nullptr, sets); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    return std::string(error->what());
  };
  CHECK_THAT(problem({"task.name=detect", "task.masks=true"}),
             Catch::Contains("task.masks") && Catch::Contains("rf_detr"));
  CHECK_THAT(problem({"task.name=detect", "task.head=rf_detr", "task.masks=true", "data.name=yolo",
                      "data.image_size=null"}),
             Catch::Contains("data"));
}
