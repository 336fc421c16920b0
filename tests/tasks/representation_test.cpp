#include "vit/tasks/representation.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/run/bench.h"
#include "tests/support/module.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
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

TEST_CASE("A run that collapses says so within an epoch, in its log and its report") {
  // Nothing but invariance: all images may have the same features.
  const auto run = [](const std::vector<std::string>& more) {
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    std::vector<std::string> sets = {"task.name=lejepa",         "task.projector.hidden_dim=32",
                                     "task.projector.out_dim=8", "augment.train=[]",
                                     "model.img_size=16",        "model.embed_dim=32",
                                     "schedule.epochs=2",        "optim.lr=0.01"};
    sets.insert(sets.end(), more.begin(), more.end());
    bench.run("r", "", {}, nullptr, sets);
    const vit::RunDirectory directory("r");
    return std::pair(vit::test::get(directory.log()), vit::test::get(directory.report()));
  };
  const auto [log, report] = run({"task.lambda=0"});
  CHECK_THAT(log, Catch::Contains("the features have collapsed"));
  CHECK_THAT(report, Catch::Contains("<b>Alarm:</b>"));
}
