#include "vit/experiment/config_difference.h"

#include "tests/catch.h"

TEST_CASE("Two experiments are compared key by key, by their values as YAML") {
  const auto before = vit::parse_experiment("optim: {lr: 1e-3}\n", "a");
  const auto now = vit::parse_experiment(
      "optim: {lr: 2e-3, groups: [{match: \"head.*\", lr_scale: 10}]}\ndata: {workers: 7}\n", "b");
  const auto changes = vit::config_changes(before, now);
  REQUIRE(changes.size() == 3);
  CHECK(changes[0].key == "data.workers");
  CHECK(changes[1].key == "optim.groups");
  CHECK(changes[1].before == "[]");
  CHECK(changes[1].now == R"([{match: "head.*", lr_scale: 10.0, weight_decay: null}])");
  CHECK(changes[2].before == "0.001");
  CHECK(vit::changes_no_result("data.workers"));
  CHECK_FALSE(vit::changes_no_result("optim.lr"));
  CHECK(vit::config_changes(now, now).empty());
}

TEST_CASE("A list of mappings is read, written and read again the same") {
  const std::string yaml =
      "optim: {groups: [{match: \"blocks.?.*\", weight_decay: 0.1}, {match: x}]}\n";
  const auto first = vit::parse_experiment(yaml, "a");
  REQUIRE(first.optim.groups.items.size() == 2);
  CHECK(first.optim.groups.items[0].weight_decay == 0.1);
  const auto second = vit::parse_experiment(vit::experiment_yaml(first), "b");
  CHECK(vit::config_changes(first, second).empty());
  CHECK_THROWS_WITH(vit::parse_experiment("optim: {groups: [{lr: 1}]}\n", "c"),
                    Catch::Contains("c:1:19"));
  CHECK_THROWS_WITH(vit::parse_experiment("optim: {groups: [head]}\n", "d"),
                    Catch::Contains("expected a mapping"));
  CHECK_THROWS_WITH(vit::parse_experiment("optim: {groups: {match: head}}\n", "e"),
                    Catch::Contains("expected a list of mappings"));
}
