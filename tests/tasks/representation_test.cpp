#include "vit/tasks/representation.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/run/bench.h"
#include "tests/support/module.h"
#include "vit/core/error.h"
#include "vit/data/shapes.h"
#include "vit/train/run_directory.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

namespace {

vit::Representation judged(const torch::Tensor& features, const std::vector<std::string>& classes) {
  vit::Representation all({}, classes);
  for (std::int64_t i = 0; i < features.size(0); ++i) {
    const torch::Tensor row = features[i].contiguous();
    const auto* values = row.const_data_ptr<float>();
    all.add(i, i % 2, std::vector<float>(values, values + row.numel()));
  }
  return all;
}

}  // namespace

TEST_CASE("Features that are spread are sound, equal and flat ones have collapsed") {
  const torch::Tensor spread = vit::test::random_tensor({64, 16});
  CHECK_FALSE(judged(spread, {}).collapse());
  torch::Tensor same = torch::ones({64, 16}) + 1e-3 * spread;
  REQUIRE(judged(same, {}).collapse());
  CHECK_THAT(*judged(same, {}).collapse(), Catch::Contains("below 10 %"));
  torch::Tensor flat = spread.clone();
  flat.slice(1, 3).fill_(0);
  REQUIRE(judged(flat, {}).collapse());
  CHECK_THAT(*judged(flat, {}).collapse(), Catch::Contains("below 5"));
  CHECK_FALSE(judged(same.slice(0, 0, 9), {}).collapse());  // too few to tell
}

TEST_CASE("k-NN is among the metrics where there are classes, and comes first") {
  torch::Tensor features = vit::test::random_tensor({40, 16});
  features.slice(0, 0, 40, 2).select(1, 0).add_(20);  // of the first class
  const vit::Metrics metrics = judged(features, {"even", "odd"}).metrics();
  CHECK(metrics.front().name == "knn");
  CHECK(metrics.front().value > 90);
  CHECK(judged(features, {}).metrics().front().name == "rankme");
  const auto error = vit::test::error_of([] { vit::Representation({.knn = 5}, {}); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK(error->where() == "task.knn");
}

TEST_CASE("A report of collapsed features begins with the alarm") {
  const auto data = vit::shapes({.image_size = 8, .num_train = 1, .num_val = 64}, vit::Split::val);
  const auto titles = [&](const torch::Tensor& features) {
    vit::EvaluationReport report;
    judged(features, {}).report(*data, report);
    std::vector<std::string> found;
    for (const vit::Section& section : report.sections) found.push_back(section.title);
    return found;
  };
  using Titles = std::vector<std::string>;
  CHECK(titles(vit::test::random_tensor({64, 16})) == Titles{"Nearest neighbours"});
  CHECK(titles(torch::ones({64, 16})) == Titles{"Collapse", "Nearest neighbours"});
}

TEST_CASE("A run that collapses says so within an epoch") {
  const auto log_of = [](const std::vector<std::string>& sets) {
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    bench.run("r", "", {}, nullptr, sets);
    return vit::test::get(vit::RunDirectory("r").log());
  };
  // A teacher so warm that all prototypes have the same share of every image.
  CHECK_THAT(log_of({"task.name=dino", "augment.train=[]", "model.img_size=16",
                     "task.head.out_dim=32", "task.head.hidden_dim=32", "task.centering=none",
                     "task.teacher_temp=1", "schedule.epochs=1"}),
             Catch::Contains("the teacher has collapsed in epoch 1"));
}
