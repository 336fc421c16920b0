#include "vit/run/run_record.h"

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "tests/run/written_run.h"
#include "tests/support/stop_after.h"
#include "vit/core/error.h"

using vit::RunDirectory;
using vit::RunState;
using vit::test::Bench;
using vit::test::WrittenRun;

namespace {

RunState state_of(const RunDirectory& run) {
  return vit::run_state(run, vit::read_run_record(run).value());
}

}  // namespace

TEST_CASE("A run says what it is and how it ended") {
  Bench bench;
  bench.run("run", "", {}, nullptr, {"seed=3"});
  const RunDirectory run(bench.folder / "run");
  const auto record = vit::read_run_record(run);
  REQUIRE(record);
  CHECK(record->task == "classify");
  CHECK(record->model == "vit_tiny_patch16_224");
  CHECK(record->data == "shapes");
  CHECK(record->seed == 3);
  CHECK(record->epochs == 3);
  CHECK(record->metrics.front().name == "top1");
  CHECK(record->metrics.front().percent);
  CHECK(vit::value_of(record->metrics, "loss"));
  CHECK(state_of(run) == RunState::done);
  SECTION("of a run that has no such record, the same is found in its other files") {
    std::filesystem::remove(run.record());
    const auto older = vit::read_run_record(run);
    REQUIRE(older);
    CHECK((older->metrics == record->metrics));
    CHECK(older->seed == 3);
    CHECK(state_of(run) == RunState::done);
    std::filesystem::remove(run.config());
    CHECK_FALSE(vit::read_run_record(run));
  }
  SECTION("a damaged record is as good as none") {
    vit::test::put(run.record(), R"({"task": 7})");
    CHECK(vit::read_run_record(run)->epochs == 3);
  }
}

TEST_CASE("A run that was interrupted is stopped, one with an error has failed") {
  Bench bench;
  vit::test::StopAfter stopper(2);
  bench.run("run", "", {&stopper}, &stopper.stop);
  CHECK(state_of(RunDirectory(bench.folder / "run")) == RunState::stopped);
  std::filesystem::remove(bench.folder / "run/run.json");
  CHECK(state_of(RunDirectory(bench.folder / "run")) == RunState::stopped);  // as the log says
  CHECK_THROWS_AS(bench.run("bad", "", {}, nullptr, {"optim.lr=1e30", "optim.opt=sgd"}),
                  vit::Error);
  const RunDirectory bad(bench.folder / "bad");
  CHECK(state_of(bad) == RunState::failed);
  CHECK_THAT(vit::read_run_record(bad)->problem, Catch::Contains("the loss is"));
}

TEST_CASE("A run goes on while its process holds the lock, and was killed where it said nothing") {
  const vit::test::ScratchFolder folder;
  const WrittenRun run(folder.path(), "run");
  {
    const vit::RunLock lock(run.directory);
    CHECK(state_of(run.directory) == RunState::running);
    CHECK(vit::is_locked(run.directory));
  }
  CHECK(state_of(run.directory) == RunState::killed);
  CHECK_NOTHROW(vit::RunLock(run.directory));
}
