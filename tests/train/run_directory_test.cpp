#include "vit/train/run_directory.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

using vit::RunDirectory;
namespace fs = std::filesystem;

TEST_CASE("The files of a run have the names that other tools rely on") {
  const RunDirectory run("runs/x");
  CHECK(run.config() == "runs/x/config.yaml");
  CHECK(run.environment() == "runs/x/env.json");
  CHECK(run.summary() == "runs/x/summary.csv");
  CHECK(run.metrics() == "runs/x/metrics.jsonl");
  CHECK(run.log() == "runs/x/log.txt");
  CHECK(run.last_checkpoint() == "runs/x/checkpoints/last.safetensors");
  CHECK(run.best_checkpoint() == "runs/x/checkpoints/best.safetensors");
  CHECK(run.torchscript() == "runs/x/model.pt");
  CHECK(run.report() == "runs/x/report.html");
  CHECK(run.done() == "runs/x/DONE");
}

TEST_CASE("A directory is used once a run has left its config or a checkpoint in it") {
  const vit::test::ScratchFolder folder;
  const RunDirectory run(folder / "deep/er/run");
  CHECK_FALSE(run.used());
  run.create();
  CHECK(fs::is_directory(folder / "deep/er/run/checkpoints"));
  CHECK_FALSE(run.used());
  SECTION("config") { vit::test::put(run.config(), ""); }
  SECTION("checkpoint") { vit::test::put(run.last_checkpoint(), ""); }
  CHECK(run.used());
}

TEST_CASE("Creating leaves nothing but folders behind, and may be done again") {
  const vit::test::ScratchFolder folder;
  const RunDirectory run(folder / "run");
  run.create();
  vit::test::put(run.config(), "seed: 1\n");
  run.create();
  CHECK(vit::test::get(run.config()) == "seed: 1\n");
  fs::remove(run.config());
  std::size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder.path()))
    files += entry.is_regular_file();
  CHECK(files == 0);
}

TEST_CASE("Where no run directory can be made, the error names it before any training") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "file", "in the way");
  const auto error = vit::test::error_of([&] { RunDirectory(folder / "file/run").create(); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::resource);
  CHECK_THAT(error->where(), Catch::Contains("file/run"));
}

TEST_CASE("A run keeps others out of its directory while it lives") {
  const vit::test::ScratchFolder folder;
  const RunDirectory run(folder / "run");
  run.create();
  {
    const vit::RunLock lock(run);
    const auto error = vit::test::error_of([&] { const vit::RunLock second(run); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::resource);
    CHECK_THAT(error->remedy(), Catch::Contains("--output"));
  }
  CHECK_NOTHROW(vit::RunLock(run));
}

TEST_CASE("A new run takes the first name that is free") {
  const vit::test::ScratchFolder folder;
  CHECK(vit::free_run_directory(folder.path(), "a") == folder / "a");
  fs::create_directory(folder / "a");
  fs::create_directory(folder / "a-2");
  CHECK(vit::free_run_directory(folder.path(), "a") == folder / "a-3");
}

TEST_CASE("Creating sweeps out what killed processes left half-written, and nothing else") {
  const vit::test::ScratchFolder folder;
  const RunDirectory run(folder / "run");
  run.create();
  vit::test::put(folder / "run/checkpoints/last.safetensors.tmp.12345", "half");
  vit::test::put(folder / "run/report.html.tmp.12345", "half");
  vit::test::put(folder / "run/checkpoints/last.safetensors", "whole");
  vit::test::put(folder / "run/notes.tmp.txt", "a user's own");
  run.create();
  CHECK_FALSE(fs::exists(folder / "run/checkpoints/last.safetensors.tmp.12345"));
  CHECK_FALSE(fs::exists(folder / "run/report.html.tmp.12345"));
  CHECK(fs::exists(folder / "run/checkpoints/last.safetensors"));
  CHECK(fs::exists(folder / "run/notes.tmp.txt"));
}
