#include "vit/tasks/linear_probe/task.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "tests/support/stop_after.h"
#include "vit/run/open_model.h"
#include "vit/train/run_directory.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

TEST_CASE("A linear probe teaches the head alone, and keeps the features for the next run") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  bench.run("body");
  const std::vector<std::string> sets{"task.name=linear_probe", "augment.train=[]",
                                      "init.weights=body/checkpoints/best.safetensors",
                                      "init.reset_head=true"};
  const vit::RunResult first = bench.run("probe", "", {}, nullptr, sets);
  const vit::RunResult again = bench.run("again", "", {}, nullptr, sets);
  CHECK(first.end == vit::TrainingEnd::complete);
  CHECK(first.best.front().value == again.best.front().value);
  CHECK(std::filesystem::exists("runs/.features"));

  const vit::TrainedModel body = vit::open_model("body"), probe = vit::open_model("probe");
  const auto learned = probe.model->module().named_parameters(),
             given = body.model->module().named_parameters();
  for (const auto& item : given) {
    INFO(item.key());
    CHECK(torch::equal(item.value(), learned[item.key()]) != item.key().starts_with("head."));
  }
  const vit::RunDirectory run(bench.folder / "probe");
  CHECK(std::filesystem::exists(run.last_checkpoint()));
  CHECK(std::filesystem::exists(run.summary()));
}

TEST_CASE("A linear probe that was stopped goes on as one that was not") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  const std::vector<std::string> sets{"task.name=linear_probe", "augment.train=[]",
                                      "optim.clip_grad=0.5", "train.model_ema=0.9"};
  bench.run("unbroken", "", {}, nullptr, sets);
  vit::test::StopAfter stopper(6);  // in the second epoch of four batches
  CHECK(bench.run("broken", "", {&stopper}, &stopper.stop, sets).end == vit::TrainingEnd::stopped);
  CHECK(bench.run("broken", "auto", {}, nullptr, sets).end == vit::TrainingEnd::complete);
  for (const char* file : {"checkpoints/last.safetensors", "checkpoints/best.safetensors"})
    CHECK((vit::test::get(bench.folder / "broken" / file) ==
           vit::test::get(bench.folder / "unbroken" / file)));
}
