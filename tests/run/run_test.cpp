#include "vit/run/run.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/run/bench.h"
#include "tests/support/stop_after.h"
#include "vit/core/error.h"
#include "vit/report/csv.h"
#include "vit/train/run_directory.h"

namespace fs = std::filesystem;
using vit::test::Bench;
using vit::test::StopAfter;

namespace {

std::vector<std::string> losses(const fs::path& run) {
  const vit::CsvTable table = vit::read_csv(run / "summary.csv");
  std::vector<std::string> cells;
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    for (const char* name : {"epoch", "step", "train_loss", "eval_loss", "eval_top1", "lr"})
      cells.push_back(table.rows[row][*table.column(name)]);
  return cells;
}

}  // namespace

TEST_CASE("A complete run leaves its files, with DONE last, and gives the best figures") {
  Bench bench;
  const vit::RunResult result = bench.run("run");
  CHECK(result.end == vit::TrainingEnd::complete);
  CHECK(result.headline->chance == 10);
  CHECK(result.best_epoch >= 1);
  CHECK(result.best.front().name == "top1");
  const vit::RunDirectory run(bench.folder / "run");
  for (const fs::path& file :
       {run.config(), run.environment(), run.summary(), run.metrics(), run.log(),
        run.last_checkpoint(), run.best_checkpoint(), run.report(), run.done()})
    CHECK(fs::exists(file));
  CHECK_FALSE(fs::exists(run.torchscript()));
}

TEST_CASE("A run that was stopped and goes on writes the table of an unbroken one") {
  Bench bench;
  bench.run("unbroken");
  StopAfter stopper(6);  // in the second epoch of four batches
  CHECK(bench.run("broken", "", {&stopper}, &stopper.stop).end == vit::TrainingEnd::stopped);
  CHECK_FALSE(fs::exists(bench.folder / "broken/DONE"));
  CHECK(bench.run("broken", "auto").end == vit::TrainingEnd::complete);
  CHECK(losses(bench.folder / "broken") == losses(bench.folder / "unbroken"));
  CHECK(fs::exists(bench.folder / "broken/DONE"));
}

TEST_CASE("Going on with a complete run by more epochs adds to it") {
  Bench bench;
  bench.run("run");
  bench.run("run", (bench.folder / "run/checkpoints/last.safetensors").string(), {}, nullptr,
            {"schedule.epochs=4"});
  const vit::CsvTable table = vit::read_csv(bench.folder / "run/summary.csv");
  CHECK(table.rows.size() == 4);
  CHECK(table.number(3, "epoch") == 4.0);
  CHECK_THAT(vit::test::get(bench.folder / "run/log.txt"),
             Catch::Contains("the config has changed"));
}

TEST_CASE("--resume auto starts where there is nothing to go on from") {
  Bench bench;
  CHECK(bench.run("fresh", "auto").end == vit::TrainingEnd::complete);
}

TEST_CASE("A directory with a run in it is not overwritten") {
  Bench bench;
  bench.run("run");
  const auto error = vit::test::error_of([&] { bench.run("run"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->remedy(), Catch::Contains("--resume auto"));
}

TEST_CASE("A checkpoint that is not there, or is none, is an error of weights") {
  Bench bench;
  const auto kind_of = [&](const std::string& resume) {
    const auto error = vit::test::error_of([&] { bench.run("run", resume); });
    REQUIRE(error);
    CHECK_THAT(error->where(), Catch::Contains(resume));
    return error->kind();
  };
  CHECK(kind_of((bench.folder / "missing.safetensors").string()) == vit::ErrorKind::weights);
  CHECK(kind_of((bench.folder / "small.yaml").string()) == vit::ErrorKind::weights);
}

TEST_CASE("A dry run checks everything and leaves nothing") {
  Bench bench;
  vit::RunRequest request;
  request.experiment = bench.folder / "small.yaml";
  request.output = bench.folder / "run";
  request.dry_run = true;
  vit::run_experiment(request, {}, nullptr);
  CHECK(bench.folder.names() == std::vector<std::string>{"small.yaml"});
  request.sets = {"model.patch_size=3"};
  const auto error = vit::test::error_of([&] { vit::run_experiment(request, {}, nullptr); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
}

TEST_CASE("The log has a line for each epoch, and says how a run ended") {
  Bench bench;
  StopAfter stopper(6);
  bench.run("run", "", {&stopper}, &stopper.stop);
  const std::string stopped = vit::test::get(bench.folder / "run/log.txt");
  CHECK_THAT(stopped, Catch::Contains("info epoch 1/3  loss") &&
                          Catch::Contains("info interrupted after 1 epochs and 2 batches") &&
                          !Catch::Contains("epoch 2/3  loss"));
  const std::string page = vit::test::get(bench.folder / "run/report.html");
  CHECK_THAT(page, Catch::Contains("The run is not complete: 1 of 3 epochs are done"));

  CHECK_THROWS(bench.run("nan", "", {}, nullptr,
                         {"optim.lr=1e30", "optim.opt=sgd", "schedule.warmup_epochs=0"}));
  CHECK_THAT(vit::test::get(bench.folder / "nan/log.txt"),
             Catch::Contains("error epoch") && Catch::Contains("diverged"));
}

TEST_CASE("jsd trains on versions of each image, from the file to the report") {
  Bench bench;
  const vit::RunResult result =
      bench.run("run", "", {}, nullptr, {"task.loss=jsd", "augment.aa=augmix-m5-w4-d2"});
  CHECK(result.end == vit::TrainingEnd::complete);
  const auto refused =
      vit::test::error_of([&] { bench.run("other", "", {}, nullptr, {"task.loss=jsd"}); });
  REQUIRE(refused);
  CHECK(refused->kind() == vit::ErrorKind::usage);
}
