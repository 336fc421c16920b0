#include "vit/run/run_filter.h"

#include "tests/catch.h"
#include "tests/run/written_run.h"
#include "vit/core/error.h"

using vit::test::WrittenRun;

namespace {

/// Three runs: `a` is done, `b` has a larger learning rate and seed, `c` has no epoch yet.
struct Runs {
  Runs() {
    WrittenRun(folder.path(), "a").done();
    WrittenRun b(folder.path(), "b");
    b.record.seed = 7;
    b.record.model = "resnet50";
    b.save();
    vit::test::put(b.directory.config(), "optim:\n  lr: 0.1\n  betas:\n    - 0.9\n");
    vit::test::put(WrittenRun(folder.path(), "c").directory.summary(), "epoch,eval_top1\n");
  }
  [[nodiscard]] std::string chosen(const std::string& expression) const {
    std::string names;
    for (const auto& run : vit::RunFilter(expression).of(vit::list_runs(folder.path())))
      names += run.name;
    return names;
  }
  vit::test::ScratchFolder folder;
};

}  // namespace

TEST_CASE("Runs are chosen by what they are, what came of them, and what their config says") {
  const Runs runs;
  CHECK(runs.chosen("status == done") == "a");
  CHECK(runs.chosen("status=killed") == "bc");
  CHECK(runs.chosen("seed > 5") == "b");
  CHECK(runs.chosen("model ~ vit_*") == "ac");
  CHECK(runs.chosen("top1 >= 30") == "ab");
  CHECK(runs.chosen("last.top1 < 30 and last.loss == 2") == "ab");
  CHECK(runs.chosen("best > 1e9 or epochs == 0") == "c");
  CHECK(runs.chosen("optim.lr > 1e-2") == "b");
  CHECK(runs.chosen("optim.lr == 1e-3") == "ac");  // as numbers
  CHECK(runs.chosen("optim.betas.0 == 0.9") == "b");
}

TEST_CASE("`and` binds more than `or`, and parentheses more than both") {
  const Runs runs;
  CHECK(runs.chosen("name == a or name == b and seed == 0") == "a");
  CHECK(runs.chosen("(name == a or name == b) and seed == 7") == "b");
  CHECK(runs.chosen("not (name == a) && !(seed == 7)") == "c");
  CHECK(runs.chosen("not name == 'a' and not name == \"b\"") == "c");
}

TEST_CASE("A run without a value fulfils no comparison with it") {
  const Runs runs;
  CHECK(runs.chosen("top1 < 1000") == "ab");
  CHECK(runs.chosen("not top1 < 1000") == "c");
  CHECK(runs.chosen("model > 3") == "");  // a word and a number have no order
}

TEST_CASE("A filter that cannot be understood is told with its place") {
  const Runs runs;
  const auto problem = [&](const std::string& expression) {
    const auto error = vit::test::error_of([&] { (void)runs.chosen(expression); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    return error->problem();
  };
  CHECK_THAT(problem("seed"), Catch::Contains("behind `seed`"));
  CHECK_THAT(problem("seed >"), Catch::Contains("expected a value"));
  CHECK_THAT(problem("(seed > 1"), Catch::Contains("expected `)`"));
  CHECK_THAT(problem("seed > 1 2"), Catch::Contains("`2` at character 10"));
  CHECK_THAT(problem("> 1"), Catch::Contains("expected a name"));
  CHECK_THAT(problem("name == 'a"), Catch::Contains("quote"));
  CHECK_THAT(problem(std::string(200, '(')), Catch::Contains("too deeply"));
  CHECK_THAT(problem("topp1 > 3"), Catch::Contains("no run has `topp1`"));
  CHECK_THAT(problem("optim.lrr > 3"), Catch::Contains("no run has `optim.lrr`"));
}
