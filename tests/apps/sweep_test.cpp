#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/support/program.h"
#include "vit/core/rng.h"
#include "vit/core/str.h"
#include "vit/report/csv.h"

// `vit sweep` as a process: the same leaderboard for any number of workers, after kills, and from
// workers that were started beside it.
namespace {

namespace fs = std::filesystem;
using vit::test::Outcome;
using vit::test::Process;
using vit::test::run_program;

const char* const kSweepBase = R"(
data: {name: shapes, image_size: 16, num_train: 48, num_val: 24, batch_size: 16, workers: 0}
augment: {train: [hflip]}
model: {name: vit_tiny_patch16_224, img_size: 16, patch_size: 8, embed_dim: 16, depth: 1, num_heads: 2}
schedule: {epochs: 4, warmup_epochs: 0}
train: {device: cpu, threads: 1}
)";

const char* const kAshaSweep = R"(
experiment: base.yaml
method: asha
trials: 6
asha: {min_epochs: 1, eta: 2}
parallel: 3
space:
  optim.lr: {log: [1e-4, 1e-1]}
  optim.opt: [adamw, sgd]
  optim.momentum: {float: [0.5, 0.95], when: {optim.opt: sgd}}
)";

/// A function of the parameters by awk, which every Debian has; it takes some milliseconds.
const char* const kCommandSweep = R"(
command: [awk, "BEGIN{x={x}; y={y}; print (x-0.3)^2+(log(y)+3)^2}"]
method: tpe
trials: 24
seed: 7
metric: loss
direction: minimize
space:
  x: {float: [0, 1]}
  y: {log: [1e-3, 1]}
  n: {int: [1, 9]}
)";

std::string leaderboard(const fs::path& folder) {
  return vit::test::get(folder / "leaderboard.csv");
}

int number_of_sweep_kills(int usual) {
  const char* set = std::getenv("VIT_KILLS");
  return set != nullptr ? std::atoi(set) : usual;
}

}  // namespace

TEST_CASE("A sweep of trainings: the same leaderboard for 1 and 3 workers, survivors to the byte") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "base.yaml", kSweepBase);
  vit::test::put(folder / "s.yaml", kAshaSweep);
  const Outcome one = run_program(folder.path(), "sweep s.yaml --output one --json");
  INFO(one.errors);
  REQUIRE(one.code == 0);
  const auto told = nlohmann::json::parse(one.out);
  REQUIRE(run_program(folder.path(), "sweep s.yaml --output three --workers 3").code == 0);
  CHECK(leaderboard(folder / "one") == leaderboard(folder / "three"));

  const vit::CsvTable table = vit::read_csv(folder / "one/leaderboard.csv");
  REQUIRE(table.rows.size() == 6);
  CHECK(table.number(0, "epochs") == 4);
  CHECK(table.number(0, "trial") == told.at("best_trial").get<double>());
  CHECK(table.number(0, "eval_top1") == told.at("eval_top1").get<double>());
  CHECK(table.number(5, "epochs") == 1);
  for (const char* name : {"sweep.journal", "report.html", "sweep.yaml", "experiment.yaml"})
    CHECK(fs::exists(folder / "one" / name));
  CHECK_THAT(vit::test::get(folder / "one/report.html"),
             Catch::Contains("Leaderboard") && Catch::Contains("Timeline"));

  // The best trial was paused after 1 and 2 epochs; a run that never was ends with the same bytes.
  const fs::path best = told.at("run").get<std::string>();
  REQUIRE(
      run_program(folder.path(), "train " + (best / "config.yaml").string() + " --output unbroken")
          .code == 0);
  CHECK((vit::test::get(folder / best / "checkpoints/last.safetensors") ==
         vit::test::get(folder / "unbroken/checkpoints/last.safetensors")));
}

TEST_CASE("Each trial is evaluated under other conditions too, where the sweep says so") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "base.yaml", kSweepBase);
  vit::test::put(folder / "s.yaml", R"(
experiment: base.yaml
method: grid
pick: last
set: {schedule.epochs: 2}
space:
  model.pos_embed: [learn, sincos2d]
  seed: [0, 1]
also:
  at 24 pixels: {model.img_size: 24, data.image_size: 24}
  on its own data: {data.num_val: 24}
)");
  const Outcome swept = run_program(folder.path(), "sweep s.yaml --output swept");
  INFO(swept.errors);
  REQUIRE(swept.code == 0);
  const vit::CsvTable table = vit::read_csv(folder / "swept/leaderboard.csv");
  REQUIRE(table.rows.size() == 4);
  for (std::size_t row = 0; row < 4; ++row) {
    CHECK(table.number(row, "at 24 pixels").has_value());
    CHECK(table.number(row, "on its own data") == table.number(row, "eval_top1"));
  }
  CHECK_THAT(vit::test::get(folder / "swept/report.html"), Catch::Contains("at 24 pixels"));
}

TEST_CASE("A sweep that is killed at random moments ends with the leaderboard of one that is not") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "s.yaml", kCommandSweep);
  REQUIRE(run_program(folder.path(), "sweep s.yaml --output unbroken --workers 2").code == 0);
  CHECK(vit::read_csv(folder / "unbroken/leaderboard.csv").rows.size() == 24);
  const int kills = number_of_sweep_kills(8);
  vit::Rng rng(static_cast<std::uint64_t>(kills));
  int killed = 0;
  for (int round = 0; killed < kills; ++round) {
    const std::string output = vit::str("killed", round);
    for (bool complete = false; !complete;) {
      Process sweep(folder.path(), {"sweep", "s.yaml", "--output", output, "--workers",
                                    std::to_string(1 + rng.below(4))});
      const auto time = killed < kills ? std::chrono::milliseconds(rng.between(100, 700))
                                       : std::chrono::milliseconds(60'000);
      const auto code = sweep.wait_for(time);
      complete = code.has_value();
      if (complete)
        CHECK(*code == 0);
      else
        ++killed;
    }
    CHECK(leaderboard(folder / output) == leaderboard(folder / "unbroken"));
  }
}

TEST_CASE("A journal that is cut mid-line is mended, and a second sweep in the folder is told") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "s.yaml", kCommandSweep);
  REQUIRE(run_program(folder.path(), "sweep s.yaml --output a").code == 0);
  const std::string whole = leaderboard(folder / "a");
  const std::string journal = vit::test::get(folder / "a/sweep.journal");
  vit::test::put(folder / "a/sweep.journal", journal.substr(0, journal.size() / 2));
  REQUIRE(run_program(folder.path(), "sweep s.yaml --output a").code == 0);
  CHECK(leaderboard(folder / "a") == whole);

  vit::test::put(folder / "slow.yaml",
                 "command: [sh, -c, 'sleep 0.3; echo {x}']\ntrials: 9\nmetric: m\n"
                 "direction: maximize\nspace: {x: {float: [0, 1]}}\n");
  Process first(folder.path(), {"sweep", "slow.yaml", "--output", "b"});
  while (!fs::exists(folder / "b/sweep.journal")) ::usleep(5000);
  const Outcome second = run_program(folder.path(), "sweep slow.yaml --output b");
  CHECK(second.code == 5);
  CHECK_THAT(second.errors, Catch::Contains("another sweep works in this folder") &&
                                Catch::Contains("vit sweep work"));
  // A worker may help, and SIGTERM leaves what can be gone on with.
  Process worker(folder.path(), {"sweep", "work", "b"});
  ::usleep(400'000);
  first.send(SIGTERM);
  CHECK(first.wait() == 130);
  CHECK(worker.wait() == 0);
  CHECK(vit::read_csv(folder / "b/leaderboard.csv").rows.size() == 9);
}

TEST_CASE("Failed trials end no sweep unless it says so, and when all fail the reason is told") {
  const vit::test::ScratchFolder folder;
  const std::string sweep =
      "command: [sh, -c, 'test {x} -gt 2 || { echo too small; exit 3; }; echo {x}']\n"
      "method: grid\nmetric: m\ndirection: maximize\n";
  vit::test::put(folder / "some.yaml", sweep + "space: {x: {int: [1, 4]}}\n");
  const Outcome some = run_program(folder.path(), "sweep some.yaml --output some --json");
  CHECK(some.code == 0);
  CHECK(nlohmann::json::parse(some.out).at("failed") == 2);
  CHECK_THAT(leaderboard(folder / "some"),
             Catch::StartsWith("rank,trial,state,epochs,best_epoch,m,x\n1,3,complete,1,,4,4\n") &&
                 Catch::EndsWith(",0,failed,0,,,1\n,1,failed,0,,,2\n"));
  vit::test::put(folder / "stop.yaml", sweep + "on_error: stop\nspace: {x: {int: [1, 4]}}\n");
  const Outcome stopped = run_program(folder.path(), "sweep stop.yaml --output stop");
  CHECK(stopped.code == 3);
  CHECK_THAT(stopped.errors, Catch::Contains("trial 0: exit code 3: too small"));
  vit::test::put(folder / "all.yaml", sweep + "space: {x: {int: [1, 2]}}\n");
  const Outcome all = run_program(folder.path(), "sweep all.yaml --output all");
  CHECK(all.code == 3);
  CHECK_THAT(all.errors, Catch::Contains("all 2 trials failed") && Catch::Contains("too small"));
}

TEST_CASE("What is wrong in a sweep is told before anything is trained") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "base.yaml", kSweepBase);
  const auto problem = [&](const std::string& space, const std::string& more = "") {
    vit::test::put(folder / "s.yaml",
                   "experiment: base.yaml\ntrials: 3\n" + more + "space:\n  " + space + "\n");
    const Outcome outcome = run_program(folder.path(), "sweep s.yaml --output s");
    CHECK(outcome.code == 2);
    CHECK_FALSE(fs::exists(folder / "s/sweep.journal"));
    return outcome.errors;
  };
  CHECK_THAT(problem("optim.lrr: {log: [1e-4, 1e-2]}"), Catch::Contains("s.yaml:4:3") &&
                                                            Catch::Contains("did you mean") &&
                                                            Catch::Contains("lr"));
  CHECK_THAT(problem("model.depth: {int: [0, 3]}"),
             Catch::Contains("space.model.depth, with 0") && Catch::Contains("at least 1"));
  CHECK_THAT(problem("optim.opt: [adamw, adamx]"), Catch::Contains("adamx"));
  CHECK_THAT(problem("model.depth: [1, 2]", "metric: eval_topp1\n"),
             Catch::Contains("did you mean eval_top1?"));
  CHECK_THAT(problem("model.depth: [1, 2]", "method: asha\nasha: {min_epochs: 9}\n"),
             Catch::Contains("asha.min_epochs"));
  CHECK(run_program(folder.path(), "sweep work nowhere").code == 2);
  CHECK(run_program(folder.path(), "sweep").code == 2);
}

TEST_CASE("A sweep that was changed is not gone on with, but for more trials") {
  const vit::test::ScratchFolder folder;
  const std::string sweep =
      "command: [echo, '{x}']\nmetric: m\ndirection: maximize\nspace: {x: {float: [0, 1]}}\n";
  vit::test::put(folder / "s.yaml", sweep + "trials: 3\n");
  REQUIRE(run_program(folder.path(), "sweep s.yaml --output s").code == 0);
  vit::test::put(folder / "s.yaml", sweep + "trials: 5\n");
  REQUIRE(run_program(folder.path(), "sweep s.yaml --output s").code == 0);
  CHECK(vit::read_csv(folder / "s/leaderboard.csv").rows.size() == 5);
  vit::test::put(folder / "s.yaml", sweep + "trials: 5\nseed: 1\n");
  const Outcome changed = run_program(folder.path(), "sweep s.yaml --output s");
  CHECK(changed.code == 2);
  CHECK_THAT(changed.errors, Catch::Contains("seed: was not there, is 1"));
}
