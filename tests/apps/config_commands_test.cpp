#include <nlohmann/json.hpp>

#include "tests/support/program.h"
#include "vit/image/encode.h"

// vit config and vit init as processes.
namespace {

using vit::test::Outcome;
using vit::test::run_program;

nlohmann::json json_of(const Outcome& outcome) {
  INFO(outcome.errors);
  REQUIRE(outcome.code == 0);
  return nlohmann::json::parse(outcome.out);
}

}  // namespace

TEST_CASE("vit config show tells where each value comes from, and layers lie under --set") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "mine.yaml", "recipe: deit3\noptim: {lr: 1e-3}\nschedule: {epochs: 3}\n");
  vit::test::put(folder / "gpu.yaml", "train: {amp: bf16}\nschedule: {epochs: 5}\n");
  const std::string arguments =
      "config show mine.yaml --set schedule.epochs=7 -c gpu.yaml --origins";
  const Outcome text = run_program(folder.path(), arguments);
  REQUIRE(text.code == 0);
  CHECK_THAT(text.out, Catch::Contains("  lr: 0.001") && Catch::Contains("# mine.yaml:2:13\n") &&
                           Catch::Contains("# gpu.yaml:1:14\n") &&
                           Catch::Contains("# --set schedule.epochs\n") &&
                           Catch::Contains("# recipe deit3\n") && Catch::Contains("# default\n"));
  const nlohmann::json object = json_of(run_program(folder.path(), arguments + " --json"));
  CHECK(object.at("config").at("schedule").at("epochs") == 7);
  CHECK(object.at("origins").at("schedule.epochs") == "--set schedule.epochs");
  CHECK(object.at("config").at("optim").at("opt") == "lamb");
  // The older forms stand.
  CHECK(json_of(run_program(folder.path(), "config mine.yaml --json")).at("seed") == 0);
  CHECK_THAT(run_program(folder.path(), "config").out, Catch::Contains("optim.lr: 0.001"));
}

TEST_CASE("vit config diff names what differs between two experiments") {
  const vit::test::ScratchFolder folder;
  vit::test::put(folder / "one.yaml", "optim: {lr: 1e-3}\n");
  vit::test::put(folder / "two.yaml",
                 "base: one.yaml\noptim: {lr: 2e-3, opt: sgd}\n"
                 "data: {workers: 4}\n");
  const Outcome text = run_program(folder.path(), "config diff one.yaml two.yaml");
  CHECK(text.out ==
        "--- one.yaml\n+++ two.yaml\n"
        "- data.workers: 2  # changes no number of a run\n"
        "+ data.workers: 4  # changes no number of a run\n"
        "- optim.lr: 0.001\n+ optim.lr: 0.002\n- optim.opt: adamw\n+ optim.opt: sgd\n");
  const nlohmann::json changes =
      json_of(run_program(folder.path(), "config diff one.yaml two.yaml --json")).at("changes");
  REQUIRE(changes.size() == 3);
  CHECK(changes[1].at("key") == "optim.lr");
  CHECK(changes[1].at("before") == 0.001);
  CHECK(changes[0].at("changes_results") == false);
  CHECK(run_program(folder.path(), "config diff one.yaml one.yaml").out == "no difference\n");
  CHECK(run_program(folder.path(), "config diff one.yaml .").code == 2);
}

TEST_CASE("vit config: mistakes lead on") {
  const vit::test::ScratchFolder folder;
  const auto says = [&](const std::string& arguments, const std::string& part) {
    const Outcome outcome = run_program(folder.path(), arguments);
    INFO(outcome.errors);
    CHECK(outcome.code == 2);
    CHECK_THAT(outcome.errors, Catch::Contains(part));
  };
  says("config shwo", "did you mean vit config show?");
  says("config recipes deit33", "did you mean deit3?");
  says("config show none.yaml", "no such file");
  says("train x.yaml --output_dir here", "--output DIR");
  says("train x.yaml --lr0 1", "--set optim.lr=1");
}

TEST_CASE("vit init writes an experiment that trains, and nothing over another file") {
  const vit::test::ScratchFolder folder;
  for (const char* name : {"cat", "dog"})
    for (int i = 0; i < 10; ++i) {
      std::filesystem::create_directories(folder / "pets" / name);
      vit::Image image(20, 20, 3);
      image.pixels.assign(image.pixels.size(),
                          static_cast<std::uint8_t>(i + (name[0] == 'c' ? 9 : 99)));
      vit::write_png(image, folder / "pets" / name / (std::to_string(i) + ".png"));
    }
  const nlohmann::json made = json_of(run_program(folder.path(), "init pets/ --json"));
  CHECK(made.at("experiment") == "pets.yaml");
  CHECK(made.at("task") == "classify");
  CHECK_THAT(vit::test::get(folder / "pets.yaml"),
             Catch::StartsWith("# yaml-language-server: $schema=experiment.schema.json\n"));
  CHECK(nlohmann::json::parse(vit::test::get(folder / "experiment.schema.json"))
            .at("properties")
            .contains("recipe"));
  const Outcome trained = run_program(
      folder.path(), "train pets.yaml --set schedule.epochs=1 --set schedule.warmup_epochs=0");
  INFO(trained.errors);
  CHECK(trained.code == 0);
  const std::string before = vit::test::get(folder / "pets.yaml");
  CHECK(run_program(folder.path(), "init pets").code == 2);
  CHECK(vit::test::get(folder / "pets.yaml") == before);
  CHECK(run_program(folder.path(), "init nowhere").code == 3);
  std::filesystem::create_directories(folder / "empty");
  CHECK(run_program(folder.path(), "init empty").code == 3);
  CHECK_FALSE(std::filesystem::exists(folder / "empty.yaml"));
}
