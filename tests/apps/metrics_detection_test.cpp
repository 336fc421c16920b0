#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "tests/support/shared.h"

// `vit metrics detection` as a process.
namespace {

using vit::test::Outcome;
using vit::test::run_program;

constexpr const char* kTruth = R"({
  "images": [{"id": 1, "width": 40, "height": 30}, {"id": 2, "width": 40, "height": 30}],
  "categories": [{"id": 7, "name": "cat"}, {"id": 3, "name": "dog"}],
  "annotations": [
    {"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 2, 10, 8], "area": 80, "iscrowd": 0},
    {"id": 2, "image_id": 2, "category_id": 3, "bbox": [4, 4, 20, 20], "area": 400,
     "iscrowd": 0}]})";
constexpr const char* kResults = R"([
  {"image_id": 1, "category_id": 7, "bbox": [1, 2, 10, 8], "score": 0.9},
  {"image_id": 2, "category_id": 8, "bbox": [4, 4, 20, 20], "score": 0.5}])";
constexpr const char* kDetection = "metrics detection --gt gt.json --dt dt.json ";

}  // namespace

TEST_CASE("metrics detection prints pycocotools' numbers, by class, and what it noted") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "gt.json", kTruth);
  vit::test::put(folder / "dt.json", kResults);
  const Outcome done = run_program(folder.path(), std::string(kDetection) + "--json");
  INFO(done.errors);
  REQUIRE(done.code == 0);
  const auto json = nlohmann::json::parse(done.out);
  REQUIRE(json.at("stats").size() == 12);
  CHECK(json.at("stats")[0].get<double>() == Approx(0.5));
  CHECK(json.at("stats")[5] == -1);  // no large object
  CHECK(json.at("classes")[0].at("name") == "dog");
  CHECK(json.at("classes")[1].at("ap50").get<double>() == Approx(1));
  CHECK(json.at("errors").at("missed") == 1);
  CHECK(json.at("voc").at("map_all_points").get<double>() == Approx(0.5));
  REQUIRE(json.at("notes").size() == 1);
  CHECK(json.at("notes")[0].at("places")[0] == "dt.json: [1]");

  const Outcome table = run_program(folder.path(), kDetection);
  CHECK(table.code == 0);
  CHECK_THAT(table.out, Catch::Contains("AP_small") && Catch::Contains("COCO's rule") &&
                            Catch::Contains("VOC's rule") && Catch::Contains("note: results of"));
}

TEST_CASE("metrics detection refuses what it cannot read with the code of data, and names it") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "gt.json", kTruth);
  const auto fails_with = [&](const std::string& results, const std::string& text,
                              const std::string& more = "") {
    vit::test::put(folder / "dt.json", results);
    const Outcome outcome = run_program(folder.path(), kDetection + more);
    INFO(outcome.errors);
    CHECK(outcome.code == 3);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.errors, Catch::Contains(text));
  };
  fails_with(R"([{"image_id": 5, "category_id": 7, "bbox": [1, 2, 10, 8], "score": 1}])",
             "dt.json: [0]: there is no image with the id 5");
  fails_with("[{\"image_id\": 1", "dt.json");
  fails_with("{}", "dt.json: is no list");
  fails_with(std::string(100000, '['), "nested deeper");
  fails_with(kResults, "there is no `segmentation`", "--iou segm");
  CHECK(run_program(folder.path(), std::string(kDetection) + "--iou mask").code == 2);
  std::filesystem::remove(folder / "dt.json");
  CHECK(run_program(folder.path(), kDetection).code == 3);
}

TEST_CASE("metrics detection gives pycocotools' numbers of boxes and of masks") {
  const auto fixture = vit::test::shared("fixtures/metrics/coco2");
  if (!fixture) return;
  const auto stats = nlohmann::json::parse(vit::test::get(*fixture / "stats.json"));
  const vit::test::ScratchFolder folder;
  for (const std::string kind : {"bbox", "segm"}) {
    const std::string root = std::filesystem::absolute(*fixture).string();
    const Outcome done =
        run_program(folder.path(), "metrics detection --gt '" + root + "/gt.json' --dt '" + root +
                                       "/dt_" + kind + ".json' --iou " + kind + " --json");
    INFO(done.errors);
    REQUIRE(done.code == 0);
    const auto json = nlohmann::json::parse(done.out);
    for (std::size_t i = 0; i < 12; ++i)
      CHECK(std::abs(json.at("stats")[i].get<double>() -
                     stats.at(kind).at("stats")[i].get<double>()) <= 1e-12);
  }
}
