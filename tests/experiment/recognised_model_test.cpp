#include "vit/experiment/recognised_model.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/shared.h"
#include "vit/core/error.h"

namespace {

std::string value_at(const vit::YamlDocument& document, const char* section, const char* key) {
  const vit::YamlEntry* of_section = document.root().find(section);
  const vit::YamlEntry* entry = of_section ? of_section->value.find(key) : nullptr;
  return entry ? entry->value.text : "";
}

vit::YamlDocument recognised_example(const std::string& more) {
  const auto file = vit::test::shared("fixtures/models/vit_reg4_gap/weights.safetensors");
  return vit::YamlDocument::parse("init: {weights: '" + file->string() + "'}\n" + more, "e.yaml");
}

}  // namespace

TEST_CASE("Weights without a model's name say which model they are") {
  if (!vit::test::shared("fixtures/models/vit_reg4_gap/weights.safetensors")) return;
  vit::YamlDocument document = recognised_example("");
  const auto found = vit::recognise_model(document, std::nullopt);
  REQUIRE(found);
  CHECK(value_at(document, "model", "name") == found->found.name);
  CHECK(value_at(document, "model", "reg_tokens") == "4");
  CHECK(found->file.format == "safetensors");

  // What the user says stays.
  vit::YamlDocument given = recognised_example("model: {reg_tokens: 2}\n");
  REQUIRE(vit::recognise_model(given, std::nullopt));
  CHECK(value_at(given, "model", "reg_tokens") == "2");

  vit::YamlDocument named = recognised_example("model: {name: vit_tiny_patch16_224}\n");
  CHECK_FALSE(vit::recognise_model(named, std::nullopt));
  CHECK(value_at(named, "model", "reg_tokens").empty());
}

TEST_CASE("A model that is to be recognised needs weights") {
  vit::YamlDocument document = vit::YamlDocument::parse("model: {name: auto}", "e.yaml");
  const auto error = vit::test::error_of([&] { (void)vit::recognise_model(document, {}); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->what(), Catch::Contains("init.weights"));
  vit::YamlDocument plain = vit::YamlDocument::parse("model: {name: resnet18}", "e.yaml");
  CHECK_FALSE(vit::recognise_model(plain, {}));
}
