#include "vit/optim/param_groups.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/shared.h"
#include "vit/experiment/experiment.h"
#include "vit/models/registry.h"

namespace {

std::shared_ptr<vit::ImageModel> small_vit(std::int64_t depth) {
  vit::ModelSpec spec = vit::model_spec("vit_tiny_patch16_224");
  auto& options = std::get<vit::ViTOptions>(spec.options);
  options.num_classes = 5;
  options.depth = depth;
  options.embed_dim = 48;
  options.num_heads = 3;
  return vit::create_model(spec);
}

double scale_of(const std::vector<vit::ParamGroup>& groups, const std::string& name) {
  for (const vit::ParamGroup& group : groups)
    for (const vit::NamedParameter& item : group.parameters)
      if (item.name == name) return group.lr_scale;
  FAIL("no group has " << name);
  return 0;
}

}  // namespace

TEST_CASE("Weight decay and layer-wise learning rates are timm's for every parameter") {
  const auto file = vit::test::shared("fixtures/train/param_groups.json");
  if (!file) return;
  const auto all = nlohmann::json::parse(std::ifstream(*file)).at("models");
  const std::vector<std::string> known = vit::model_names();
  for (const auto& [arch, expected] : all.items()) {
    if (std::find(known.begin(), known.end(), arch) == known.end()) continue;
    std::string yaml = "model: {name: " + arch;
    for (const auto& [key, value] : expected.at("kwargs").items())
      yaml += ", " + key + ": " + value.dump();
    const auto model = vit::create_model(vit::parse_experiment(yaml + "}\n", arch).model);
    for (const auto& [table, layer_decay] :
         {std::pair{"weight_decay", 1.0}, {"layer_decay_075", 0.75}}) {
      vit::OptimOptions options;
      options.layer_decay = layer_decay;
      std::size_t seen = 0;
      for (const vit::ParamGroup& group : vit::param_groups(*model, options))
        for (const auto& [name, parameter] : group.parameters) {
          INFO(arch << " " << table << " " << name);
          REQUIRE(expected.at(table).contains(name));
          const auto& want = expected.at(table).at(name);
          CHECK(group.lr_scale == Approx(want.at("lr_scale").get<double>()).epsilon(1e-12));
          CHECK(group.weight_decay == want.at("weight_decay").get<double>());
          ++seen;
        }
      CHECK(seen == expected.at(table).size());
    }
  }
}

TEST_CASE("MAE's style leaves the last norm with the head; a least scale holds") {
  const auto model = small_vit(4);
  vit::OptimOptions options;
  options.layer_decay = 0.5;
  CHECK(scale_of(vit::param_groups(*model, options), "norm.weight") == 0.5);
  options.layer_decay_style = "mae";
  options.layer_decay_min_scale = 0.1;
  const auto groups = vit::param_groups(*model, options);
  CHECK(scale_of(groups, "norm.weight") == 1.0);
  CHECK(scale_of(groups, "blocks.3.norm1.weight") == 0.5);
  CHECK(scale_of(groups, "blocks.0.norm1.weight") == 0.1);  // 0.0625 otherwise
}

TEST_CASE("An override by name has the last word, and one that matches nothing is a mistake") {
  const auto model = small_vit(2);
  vit::OptimOptions options;
  options.layer_decay = 0.5;
  options.no_weight_decay = {"*.mlp.*"};
  options.groups = {{"head.*", 10.0, 0.3}, {"blocks.1.attn.*", 0.5, {}}};
  for (const vit::ParamGroup& group : vit::param_groups(*model, options))
    for (const auto& [name, parameter] : group.parameters) {
      INFO(name);
      if (name.starts_with("head.")) CHECK((group.lr_scale == 10.0 && group.weight_decay == 0.3));
      if (name == "blocks.1.attn.qkv.weight")
        CHECK((group.lr_scale == 0.25 && group.weight_decay == 0.05));
      if (name == "blocks.1.mlp.fc1.weight") CHECK(group.weight_decay == 0.0);
    }
  options.groups = {{"haed.*", 10.0, {}}};
  const auto error = vit::test::error_of([&] { (void)vit::param_groups(*model, options); });
  REQUIRE(error);
  CHECK_THAT(error->what(), Catch::Contains("haed.*"));
}

TEST_CASE("Frozen parameters belong to no group") {
  const auto model = small_vit(2);
  for (auto& item : model->module().named_parameters())
    if (!item.key().starts_with("head.")) item.value().requires_grad_(false);
  std::size_t count = 0;
  for (const vit::ParamGroup& group : vit::param_groups(*model, 0.05))
    count += group.parameters.size();
  CHECK(count == 2);
}
