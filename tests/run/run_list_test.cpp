#include "vit/run/run_list.h"

#include "tests/catch.h"
#include "tests/run/written_run.h"
#include "vit/core/error.h"

using vit::RunEntry;
using vit::RunState;
using vit::test::WrittenRun;

namespace {

std::vector<std::string> names(const std::vector<RunEntry>& runs) {
  std::vector<std::string> all;
  for (const RunEntry& run : runs) all.push_back(run.name);
  return all;
}

}  // namespace

TEST_CASE("Runs are found at any depth, numbers in names counting as numbers") {
  const vit::test::ScratchFolder folder;
  for (const char* name : {"b", "sweep/trials/10", "sweep/trials/9", "a"})
    WrittenRun(folder.path(), name).done();
  std::filesystem::create_directories(folder / "no run/at all");
  CHECK(names(vit::list_runs(folder.path())) ==
        std::vector<std::string>{"a", "b", "sweep/trials/9", "sweep/trials/10"});
  CHECK(names(vit::list_runs(folder / "b")) == std::vector<std::string>{"b"});
  const auto error = vit::test::error_of([&] { (void)vit::list_runs(folder / "none"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
}

TEST_CASE("Of each metric the best value by its own direction, and the last") {
  const vit::test::ScratchFolder folder;
  WrittenRun(folder.path(), "run").done();
  const auto runs = vit::list_runs(folder.path());
  REQUIRE(runs.size() == 1);
  const RunEntry& run = runs.front();
  CHECK(run.epochs == 3);  // the line that is being written does not count
  CHECK(run.seconds == Approx(4.5));
  CHECK(run.state == RunState::done);
  CHECK(run.metrics.at(*run.metric("top1")).best == 30.0);
  CHECK(run.metrics.at(*run.metric("top1")).last == 20.0);
  CHECK(run.metrics.at(*run.metric("eval_loss")).best == 1.5);
}

TEST_CASE("Sorting puts the best runs first, and those without a value last") {
  const vit::test::ScratchFolder folder;
  const WrittenRun a(folder.path(), "a"), b(folder.path(), "b"), c(folder.path(), "c");
  vit::test::put(b.directory.summary(), "epoch,eval_loss,eval_top1,time_s\n1,1,50,1\n");
  vit::test::put(c.directory.summary(), "epoch,eval_loss,eval_top1,time_s\n");
  auto runs = vit::list_runs(folder.path());
  vit::sort_runs(runs, "top1");
  CHECK(names(runs) == std::vector<std::string>{"b", "a", "c"});
  vit::sort_runs(runs, "time");
  CHECK(names(runs) == std::vector<std::string>{"c", "b", "a"});
  vit::sort_runs(runs, "loss");
  CHECK(names(runs) == std::vector<std::string>{"b", "a", "c"});
  const auto error = vit::test::error_of([&] { vit::sort_runs(runs, "top2"); });
  REQUIRE(error);
  CHECK_THAT(error->remedy(), Catch::Contains("top1"));
}
