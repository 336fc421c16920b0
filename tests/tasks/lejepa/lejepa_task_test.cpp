#include "vit/tasks/lejepa/task.h"

#include <torch/utils.h>

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "vit/report/csv.h"
#include "vit/run/open_model.h"
#include "vit/train/run_directory.h"

using vit::test::Bench;
using vit::test::WorkingFolder;

namespace {

std::vector<std::string> small_lejepa(const std::vector<std::string>& more = {}) {
  std::vector<std::string> sets = {"task.name=lejepa",         "task.projector.hidden_dim=32",
                                   "task.projector.out_dim=8", "augment.train=[]",
                                   "task.directions=32",       "model.img_size=16",
                                   "schedule.epochs=6",        "optim.lr=0.003"};
  sets.insert(sets.end(), more.begin(), more.end());
  return sets;
}

}  // namespace

TEST_CASE("LeJEPA learns by either centre, and its encoder is the start of another task") {
  for (const char* centre : {"all", "global"}) {
    INFO(centre);
    Bench bench;
    const WorkingFolder here(bench.folder.path());
    bench.run("r", "", {}, nullptr, small_lejepa({std::string("task.centre=") + centre}));
    const vit::CsvTable table = vit::read_csv(vit::RunDirectory("r").summary());
    const std::string updates = vit::test::get(vit::RunDirectory("r").metrics());
    for (const char* name : {"train_invariance", "train_sigreg", "train_alignment"})
      CHECK_THAT(updates, Catch::Contains(name));
    for (const char* name : {"eval_knn", "eval_rankme", "eval_feature_std", "eval_uniformity"}) {
      INFO(name);
      CHECK(table.column(name));
    }
    const auto column = *table.column("train_loss");
    CHECK(std::stod(table.rows.back()[column]) < std::stod(table.rows.front()[column]));
    bench.run("tuned", "", {}, nullptr,
              {"init.weights=r", "init.reset_head=true", "model.img_size=16", "schedule.epochs=1",
               "optim.lr=1e-12", "schedule.min_lr=0"});
    const vit::TrainedModel before = vit::open_model("r"), after = vit::open_model("tuned");
    const char* name = "blocks.0.attn.proj.weight";
    CHECK(torch::allclose(before.model->module().named_parameters()[name],
                          after.model->module().named_parameters()[name]));
  }
}

TEST_CASE("Parts of a batch are refused where the loss is of the whole") {
  Bench bench;
  const WorkingFolder here(bench.folder.path());
  const auto error = vit::test::error_of(
      [&] { bench.run("r", "", {}, nullptr, small_lejepa({"train.grad_accum_steps=2"})); });
  REQUIRE(error);
  CHECK(error->where() == "train.grad_accum_steps");
}
