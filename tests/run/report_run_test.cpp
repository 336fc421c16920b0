#include "vit/run/report_run.h"

#include "tests/catch.h"
#include "tests/run/bench.h"
#include "tests/support/stop_after.h"
#include "vit/core/error.h"

using vit::test::Bench;

TEST_CASE("A report can be written anew, with all that the first one had") {
  Bench bench;
  bench.run("run");
  const std::filesystem::path page = bench.folder / "run/report.html";
  const std::string first = vit::test::get(page);
  std::filesystem::remove(page);
  CHECK(vit::report_run(bench.folder / "run") == page);
  const std::string again = vit::test::get(page);
  for (const char* part : {"Confusion matrix", "class=\"card sample", "Learning rate", "F1",
                           "vit_tiny_patch16_224 (", "depth 1"}) {
    CHECK_THAT(first, Catch::Contains(part));
    CHECK_THAT(again, Catch::Contains(part));
  }
  CHECK_THAT(again, !Catch::Contains("not complete"));
}

TEST_CASE("So can that of a run that was stopped, and of one whose data is gone") {
  Bench bench;
  vit::test::StopAfter stopper(6);
  bench.run("run", "", {&stopper}, &stopper.stop);
  vit::report_run(bench.folder / "run");
  std::string page = vit::test::get(bench.folder / "run/report.html");
  CHECK_THAT(page, Catch::Contains("1 of 3 epochs are done") &&
                       Catch::Contains("interrupted after 1 epochs") &&
                       Catch::Contains("Confusion matrix"));
  std::string config = vit::test::get(bench.folder / "run/config.yaml");
  config.replace(config.find("name: shapes"), 12, "name: folder\n  root: /nowhere/at/all");
  for (const char* key : {"image_size", "num_train", "num_val", "max_objects", "min_extent",
                          "max_extent", "max_turn", "hold_out", "val_combinations", "relations"}) {
    const std::size_t at = config.find(std::string("  ") + key + ":");
    config.erase(at, config.find('\n', at) + 1 - at);
  }
  const std::size_t seed = config.find("  seed: 0\n");
  config.erase(seed, 10);
  vit::test::put(bench.folder / "run/config.yaml", config);
  vit::report_run(bench.folder / "run");
  page = vit::test::get(bench.folder / "run/report.html");
  CHECK_THAT(page,
             Catch::Contains("Nothing was evaluated for this report") && Catch::Contains(">Loss<"));
}

TEST_CASE("A folder without a run is no run") {
  Bench bench;
  const auto error = vit::test::error_of([&] { vit::report_run(bench.folder / "none"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
}
