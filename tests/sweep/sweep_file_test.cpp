#include "vit/sweep/sweep_file.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

namespace {

const char* const kWhole = R"(
experiment: base.yaml
method: tpe
trials: 20
seed: 3
metric: eval_top1
set: {schedule.epochs: 3, augment: {reprob: 0.1}}
constraints: ["model.depth < 8 or optim.opt == sgd"]
space:
  optim.lr: {log: [1e-4, 1e-2]}
  model.depth: {int: [2, 12]}
  optim.opt: {choice: [adamw, sgd]}
  optim.momentum: {float: [0.5, 0.9], when: {optim.opt: sgd}}
)";

struct SweepFileFolder {
  vit::SweepFile load(const std::string& text) {
    vit::test::put(folder / "s.yaml", text);
    return vit::load_sweep(folder / "s.yaml");
  }
  std::string problem(const std::string& text) {
    const auto error = vit::test::error_of([&] { (void)load(text); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    return error->what();
  }
  vit::test::ScratchFolder folder;
};

/// The file with a line of it replaced, or with one more.
std::string with(const std::string& line, const std::string& instead) {
  std::string text = kWhole;
  const std::size_t at = text.find(line);
  REQUIRE(at != std::string::npos);
  return text.replace(at, line.size(), instead);
}

}  // namespace

TEST_CASE("A sweep file says what is tried, what is the same, and what must hold") {
  SweepFileFolder f;
  const vit::SweepFile sweep = f.load(kWhole);
  CHECK(sweep.options.method == "tpe");
  CHECK(sweep.options.trials == 20);
  CHECK(sweep.sets == std::vector<std::string>{"schedule.epochs=3", "augment={reprob: 0.1}"});
  REQUIRE(sweep.space.parameters.size() == 4);
  CHECK(sweep.space.parameters[0].log);
  CHECK(sweep.space.parameters[3].when[0].values == std::vector<double>{1});
  CHECK_FALSE(sweep.space.allows({1e-3, 8.0, 0.0, std::nullopt}));
  CHECK(sweep.space.allows({1e-3, 8.0, 1.0, 0.9}));
  // What the folder of a sweep keeps of it reads as the same again.
  const vit::SweepFile again = f.load(sweep.text);
  CHECK(again.text == sweep.text);
  CHECK(again.space.sets({1e-3, 8.0, 1.0, 0.9}) == sweep.space.sets({1e-3, 8.0, 1.0, 0.9}));
}

TEST_CASE("A sweep file names evaluations under other conditions") {
  SweepFileFolder f;
  const vit::SweepFile sweep =
      f.load(std::string(kWhole) + "also: {larger: {model.img_size: 48, data.image_size: 48}}\n");
  REQUIRE(sweep.also.size() == 1);
  CHECK(sweep.also[0].name == "larger");
  CHECK(sweep.also[0].sets == std::vector<std::string>{"model.img_size=48", "data.image_size=48"});
  CHECK_THAT(f.problem(std::string(kWhole) + "also: [larger]\n"), Catch::Contains("also"));
  CHECK_THAT(f.problem(std::string(kWhole) + "also: {larger: null}\n"),
             Catch::Contains("sets nothing"));
}

TEST_CASE("Unknown words are told with their place and the nearest known one") {
  SweepFileFolder f;
  CHECK_THAT(f.problem(with("trials", "trails")),
             Catch::Contains("s.yaml:4:1") && Catch::Contains("trials"));
  CHECK_THAT(f.problem(with("space:", "spaces:")), Catch::Contains("did you mean space?"));
  CHECK_THAT(f.problem(with("method: tpe", "method: tpa")), Catch::Contains("tpe"));
  CHECK_THAT(f.problem(with("{choice:", "{chioce:")),
             Catch::Contains("s.yaml:12:15") && Catch::Contains("did you mean choice?"));
  CHECK_THAT(f.problem(with("{optim.opt: sgd}", "{optim.opt: sdg}")),
             Catch::Contains("did you mean sgd?"));
  CHECK_THAT(f.problem(with("{optim.opt: sgd}", "{optim.op: sgd}")),
             Catch::Contains("did you mean optim.opt?"));
  CHECK_THAT(f.problem(with("optim.opt == sgd", "optim.opd == sgd")),
             Catch::Contains("s.yaml:8:15") && Catch::Contains("optim.opd"));
}

TEST_CASE("A range that is empty, inverted or no range is told") {
  SweepFileFolder f;
  for (const auto& [range, told] : std::vector<std::pair<std::string, std::string>>{
           {"{log: [1e-2, 1e-4]}", "the wrong way round"},
           {"{log: [1e-2, 1e-2]}", "the range is empty"},
           {"{log: [0, 1]}", "begins above 0"},
           {"{float: [1]}", "a list of 1"},
           {"{float: [.nan, 1]}", "finite"},
           {"{int: [1.5, 3]}", "whole number"},
           {"{int: [1, 3], float: [1, 3]}", "a range twice"},
           {"{points: 3}", "has no range"},
           {"{choice: []}", "is empty"},
           {"{choice: [1]}", "has one value"},
           {"{choice: [1, 1]}", "twice"},
           {"{int: [1, 9], step: 0}", "step"},
           {"0.001", "expected a range"}}) {
    INFO(range);
    CHECK_THAT(f.problem(with("{log: [1e-4, 1e-2]}", range)),
               Catch::Contains("s.yaml:10:") && Catch::Contains(told));
  }
}

TEST_CASE("What does not fit together is told, all at once where it can be") {
  SweepFileFolder f;
  CHECK_THAT(f.problem(with("trials: 20\n", "")), Catch::Contains("trials: is missing"));
  CHECK_THAT(f.problem(with("experiment: base.yaml\n", "")), Catch::Contains("is missing"));
  CHECK_THAT(f.problem(with("method: tpe", "method: grid")), Catch::Contains("optim.lr") &&
                                                                 Catch::Contains("points: 5") &&
                                                                 Catch::Contains("optim.momentum"));
  CHECK_THAT(f.problem("command: [true]\ntrials: 3\nspace: {x: [1, 2]}\n"),
             Catch::Contains("metric") && Catch::Contains("direction"));
  CHECK_THAT(f.problem("experiment: a.yaml\ntrials: 3\n"), Catch::Contains("nothing to vary"));
}
