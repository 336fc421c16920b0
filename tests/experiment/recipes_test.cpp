#include "vit/experiment/recipes.h"

#include "tests/catch.h"
#include "vit/config/yaml_parser.h"
#include "vit/core/error.h"
#include "vit/experiment/experiment.h"

TEST_CASE("every recipe is an experiment, says what it is, and names neither data nor another") {
  CHECK(vit::recipes().size() >= 10);
  for (const vit::Recipe& recipe : vit::recipes()) {
    INFO(recipe.name);
    CHECK(recipe.about().size() > 40);
    CHECK_THAT(recipe.about(), !Catch::Contains("#"));
    vit::YamlDocument document = vit::YamlDocument::parse(recipe.yaml, std::string(recipe.name));
    CHECK(document.root().find("recipe") == nullptr);
    const auto* data = document.root().find("data");
    CHECK((data == nullptr || data->value.find("name") == nullptr));
    CHECK_NOTHROW(vit::parse_experiment(std::string(recipe.yaml), std::string(recipe.name)));
  }
}

TEST_CASE("a recipe stands in for the defaults, and the file overrides it") {
  const vit::Experiment experiment =
      vit::parse_experiment("recipe: deit3\noptim: {lr: 1e-3}\n", "e.yaml");
  CHECK(experiment.optim.opt == "lamb");
  CHECK(experiment.optim.lr == 1e-3);
  CHECK(experiment.model.name == "deit3_small_patch16_224");
}

TEST_CASE("--set recipe chooses another one, and null none") {
  CHECK(vit::parse_experiment("recipe: deit3", "e", {"recipe=a2"}).model.name == "resnet50");
  CHECK(vit::parse_experiment("recipe: deit3", "e", {"recipe=null"}).optim.opt == "adamw");
  // An entry of the recipe's list can be changed.
  CHECK_NOTHROW(vit::parse_experiment("{}", "e", {"augment.train.hflip.p=0.1", "recipe=deit3"}));
}

TEST_CASE("what of a recipe does not fit another model or task is left out") {
  const vit::Experiment resnet =
      vit::parse_experiment("recipe: bigvision_s16\nmodel: {name: resnet50}\n", "e.yaml");
  CHECK(resnet.model.name == "resnet50");
  const vit::Experiment contrast =
      vit::parse_experiment("recipe: deit3\ntask: {name: contrast}\n", "e.yaml");
  CHECK(contrast.task.name() == "contrast");
}

TEST_CASE("an unknown recipe is answered with the nearest name") {
  const auto problem = [](const std::string& yaml) {
    const auto error = vit::test::error_of([&] { (void)vit::parse_experiment(yaml, "e.yaml"); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
    return std::string(error->what());
  };
  CHECK_THAT(problem("recipe: diet3"),
             Catch::Contains("e.yaml:1:9: recipe: there is no recipe diet3") &&
                 Catch::Contains("did you mean deit3?"));
  CHECK_THAT(problem("recipe: [deit3, a2]"),
             Catch::Contains("expected the name of one, found a list"));
}
