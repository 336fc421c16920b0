#include "tests/catch.h"
#include "tests/run/bench.h"
#include "tests/support/stop_after.h"
#include "vit/core/error.h"
#include "vit/run/replay.h"

using vit::ReplayedRun;
using vit::test::Bench;
namespace fs = std::filesystem;

TEST_CASE("A run repeats to the byte, also one that was stopped and gone on with") {
  Bench bench;
  vit::test::StopAfter stopper(5);
  const std::vector<std::string> sets{"export.torchscript=true"};
  bench.run("run", "", {&stopper}, &stopper.stop, sets);
  CHECK_THROWS_AS(vit::replay_run(bench.folder / "run"), vit::Error);  // not complete yet
  bench.run("run", "auto", {}, nullptr, sets);
  const ReplayedRun replayed = vit::replay_run(bench.folder / "run", {}, bench.folder / "again");
  CHECK(replayed.difference == "");
  CHECK(replayed.equal);
  CHECK(replayed.updates == 12);
  CHECK(replayed.environment.empty());
  CHECK(replayed.same == std::vector<std::string>{"checkpoints/best.safetensors",
                                                  "checkpoints/last.safetensors", "metrics.jsonl",
                                                  "model.pt", "predictions.csv", "summary.csv",
                                                  "updates.crc32"});
  CHECK(fs::exists(bench.folder / "again/DONE"));
}

TEST_CASE("The first update that differs is named, and the repetition ends there") {
  Bench bench;
  bench.run("run");
  const fs::path sums = bench.folder / "run/updates.crc32";
  std::string text = vit::test::get(sums);
  CHECK(text.size() == 12 * 9);
  text[7 * 9] = text[7 * 9] == '0' ? '1' : '0';
  vit::test::put(sums, text);
  // Its files are no longer those that it ended with.
  const auto error = vit::test::error_of([&] { (void)vit::replay_run(bench.folder / "run"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::data);
  CHECK_THAT(error->where(), Catch::Contains("updates.crc32"));
  fs::remove(bench.folder / "run/run.sha256");
  const ReplayedRun replayed = vit::replay_run(bench.folder / "run");
  CHECK_FALSE(replayed.equal);
  CHECK(replayed.first_update == 7);
  CHECK(replayed.updates == 8);
  CHECK_THAT(replayed.difference, Catch::Contains("update 7 (epoch 2, from batch 4)"));
}

TEST_CASE("Without a record of the updates, tables and tensors tell what differs first") {
  Bench bench;
  bench.run("run");
  for (const char* name : {"run/run.sha256", "run/updates.crc32"}) fs::remove(bench.folder / name);
  const ReplayedRun other = vit::replay_run(bench.folder / "run", {"optim.lr=0.01"});
  CHECK_FALSE(other.equal);
  CHECK_FALSE(other.first_update);
  CHECK_THAT(other.difference, Catch::Contains("metrics.jsonl, line 1: "));
  // Where only the path of the data or the like differs, so does the config in a checkpoint alone.
  const ReplayedRun moved = vit::replay_run(bench.folder / "run", {"data.workers=1"});
  CHECK_THAT(moved.difference, Catch::Contains("all tensors are the same"));
}

TEST_CASE("What differs in the environment is told") {
  Bench bench;
  bench.run("run");
  const fs::path env = bench.folder / "run/env.json";
  std::string text = vit::test::get(env);
  text.replace(text.find("\"libtorch\": \"") + 13, 1, "1");
  vit::test::put(env, text);
  const ReplayedRun replayed = vit::replay_run(bench.folder / "run");
  CHECK(replayed.equal);
  REQUIRE(replayed.environment.size() == 1);
  CHECK_THAT(replayed.environment.front(), Catch::StartsWith("libtorch: 1"));
}
