// A run directory, a checkpoint and an exported file that were made before tasks had folders of
// their own load and go on.
#include "tests/catch.h"
#include "tests/run/bench.h"
#include "vit/report/csv.h"
#include "vit/run/evaluation_subject.h"
#include "vit/run/open_model.h"
#include "vit/train/run_directory.h"

namespace {

namespace fs = std::filesystem;

const fs::path kBefore = fs::path(VIT_SOURCE_DIR) / "tests/fixtures/before";

double figure(const vit::Metrics& metrics, const std::string& name) {
  const auto value = vit::value_of(metrics, name);
  REQUIRE(value);
  return *value;
}

}  // namespace

TEST_CASE("A run and an exported model of before are evaluated as they were") {
  const auto quiet = vit::test::Bench();
  const auto metrics = [](const fs::path& what, const std::vector<std::string>& sets) {
    return vit::evaluate(vit::open_subject({what.string(), "", "", sets}), "fp32")->metrics();
  };
  const vit::CsvTable table = vit::read_csv(kBefore / "run/summary.csv");
  const std::vector<std::string> data{"data.name=shapes", "data.image_size=16", "data.num_train=48",
                                      "data.num_val=32"};
  for (const vit::Metrics& found :
       {metrics(kBefore / "run", {"train.device=cpu"}), metrics(kBefore / "run/model.pt", data)}) {
    CHECK(figure(found, "top1") == Approx(*table.number(2, "eval_top1")));
    CHECK(figure(found, "loss") == Approx(*table.number(2, "eval_loss")).epsilon(1e-4));
  }
}

TEST_CASE("A run of before goes on from its checkpoint to where it came to") {
  const vit::test::Bench bench;
  fs::copy(kBefore / "run", bench.folder / "run", fs::copy_options::recursive);
  const vit::RunDirectory run(bench.folder / "run");
  fs::rename(bench.folder / "run/checkpoints/update-000000000006.safetensors",
             run.last_checkpoint());
  fs::remove(run.best_checkpoint());
  fs::remove(run.done());
  vit::RunRequest request;
  request.experiment = kBefore / "before.yaml";
  request.output = run.root();
  request.resume = "auto";
  CHECK(vit::run_experiment(request, {}, nullptr).end == vit::TrainingEnd::complete);
  const vit::CsvTable before = vit::read_csv(kBefore / "run/summary.csv"),
                      now = vit::read_csv(run.summary());
  CHECK(now.header == before.header);
  REQUIRE(now.rows.size() == before.rows.size());
  // Other processors round otherwise.
  for (const char* column : {"train_loss", "eval_loss", "lr"})
    CHECK(*now.number(2, column) == Approx(*before.number(2, column)).epsilon(1e-4));
}
