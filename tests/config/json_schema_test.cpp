#include "vit/config/json_schema.h"

#include "tests/catch.h"
#include "tests/config/schema_check.h"
#include "tests/config/yaml_example.h"
#include "vit/config/yaml_document.h"
#include "vit/config/yaml_json.h"
#include "vit/config/yaml_reader.h"

using namespace vit;

namespace {

nlohmann::ordered_json schema() {
  example::Experiment options;
  options.train.add("hflip");
  return json_schema([&](FieldVisitor& visitor) { describe(visitor, options); },
                     {{"model.name", {"vit", "resnet"}}});
}

/// What the schema and the reader say of a file; they must agree on whether it is one.
std::string problem(const std::string& yaml) {
  static const auto checked = schema();
  const YamlDocument document = YamlDocument::parse(yaml, "e.yaml");
  bool refused = false;
  try {
    example::Experiment options;
    YamlReader(document).read([&](FieldVisitor& visitor) { describe(visitor, options); });
  } catch (const Error&) {
    refused = true;
  }
  const std::string said = test::schema_problem(checked, yaml_json(document.root()));
  INFO(yaml << " -> " << said);
  CHECK(refused == !said.empty());
  return said;
}

}  // namespace

TEST_CASE("a key has its type, range, choices, default and help") {
  const auto properties = schema()["properties"];
  CHECK(schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema");
  CHECK(schema()["additionalProperties"] == false);
  CHECK(properties["seed"] == nlohmann::ordered_json{{"description", "of every random number"},
                                                     {"type", "integer"},
                                                     {"minimum", 0},
                                                     {"default", 0}});
  const auto optim = properties["optim"]["properties"];
  CHECK(optim["opt"]["enum"] == nlohmann::ordered_json{"adamw", "sgd"});
  CHECK(optim["lr"]["default"] == 0.001);
  CHECK(optim["clip_grad"]["exclusiveMinimum"] == 0);
  CHECK(optim["clip_grad"]["type"] == nlohmann::ordered_json{"number", "null"});
  CHECK(optim["momentum"]["description"] == "of the velocity (where optim.opt is sgd)");
  CHECK(optim["momentum"]["maximum"] == 1.0);
  CHECK(properties["augment"]["properties"]["train"]["default"] ==
        nlohmann::ordered_json::array({"hflip"}));
}

TEST_CASE("what the program reads is valid, and what it refuses is not") {
  for (const char* yaml :
       {"seed: 3", "{}", "optim:", "optim: {lr: 1e-3, clip_grad: null}", "model: {img_size: 16}",
        "model: {img_size: [16, 32]}", "note: 2024", "note: true", "tags: [a, 1]",
        "augment: {train: []}", "augment: {train: [hflip, random_crop: {padding: 2}]}",
        "augment: {train: [hflip: {}, random_crop: ]}", "model: {mean: [0.5, 0.5]}",
        "model: {qk_norm: null, depth: 2}", "optim: {opt: sgd, momentum: 0.5}"}) {
    CHECK(problem(yaml).empty());
  }
  for (const char* yaml :
       {"sed: 3", "seed: -1", "seed: 1.5", "seed: \"1\"", "seed: null", "optim: [lr]",
        "optim: {opt: adam}", "optim: {lr: fast}", "optim: {clip_grad: 0}",
        "model: {img_size: [16, 32, 48]}", "model: {img_size: 0}", "model: {qkv_bias: 1}",
        "tags: a", "augment: {train: hflip}", "augment: {train: [flip]}",
        "augment: {train: [random_crop: {pad: 2}]}", "augment: {train: [hflip: {}, a: {}]}",
        "augment: {train: [{hflip: {}, random_crop: {}}]}", "schedule: {epochs: 0}"}) {
    CHECK_FALSE(problem(yaml).empty());
  }
}

TEST_CASE("a null takes away what depends on a choice, since another file may have set it") {
  const auto checked = schema();
  CHECK(test::schema_problem(checked, {{"optim", {{"opt", "adamw"}, {"momentum", nullptr}}}})
            .empty());
  CHECK(test::schema_problem(checked, {{"model", {{"patch_size", nullptr}}}}).empty());
}

TEST_CASE("a key that is described in two ways may be either") {
  std::string kind = "name";
  std::string loss = "ce";
  double weight = 1;
  const auto either = json_schema([&](FieldVisitor& visitor) {
    visitor.field({"kind", &kind, "", {}, {"name", "weights"}});
    if (kind == "name")
      visitor.field({"loss", &loss, "", {}, {"ce", "bce"}});
    else
      visitor.section("loss", "", [&](FieldVisitor& inner) { inner.field({"dice", &weight, ""}); });
  });
  CHECK(test::schema_problem(either, {{"loss", "bce"}}).empty());
  CHECK(test::schema_problem(either, {{"loss", {{"dice", 2}}}}).empty());
  CHECK_FALSE(test::schema_problem(either, {{"loss", "focal"}}).empty());
  CHECK_FALSE(test::schema_problem(either, {{"loss", {{"ce", 2}}}}).empty());
}
