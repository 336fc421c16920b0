#include "vit/config/origin_writer.h"

#include "tests/catch.h"
#include "tests/config/yaml_example.h"
#include "vit/config/yaml_reader.h"

using namespace vit;

namespace {

std::string written(const std::string& yaml, const std::vector<std::string>& sets) {
  YamlDocument document = YamlDocument::parse(yaml, "e.yaml");
  for (const std::string& set : sets) document.set(set);
  YamlReader reader(std::move(document));
  example::Experiment options;
  const auto body = [&](FieldVisitor& visitor) { describe(visitor, options); };
  reader.read(body);
  const auto places = reader.places();
  OriginWriter writer(places);
  writer.name_default("model", "of " + options.model.name);
  body(writer);
  // It is the experiment that it was written from.
  example::Experiment again;
  YamlReader(YamlDocument::parse(writer.text(), "again")).read([&](FieldVisitor& visitor) {
    describe(visitor, again);
  });
  CHECK(again == options);
  return writer.text();
}

/// What stands behind the `#` of the line of this key.
std::string origin(const std::string& text, const std::string& key) {
  const std::size_t line = text.find(" " + key + ": ");
  REQUIRE(line != std::string::npos);
  const std::size_t begin = text.find("  # ", line) + 4;
  return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("a value comes from the file, a --set, or is the default") {
  const std::string text =
      written("model: {patch_size: 8}\noptim:\n  clip_grad: 2\n", {"optim.lr=0.25"});
  CHECK(text.starts_with("seed: 0 "));
  CHECK(origin(text, "patch_size") == "e.yaml:1:21");
  CHECK(origin(text, "clip_grad") == "e.yaml:3:14");
  CHECK(origin(text, "lr") == "--set optim.lr");
  CHECK(origin(text, "betas") == "default");
  CHECK(origin(text, "qkv_bias") == "default of vit");
}

TEST_CASE("a list that was changed in parts comes from more than one place") {
  const std::string text = written("augment: {train: [hflip, random_crop: {padding: 2}]}",
                                   {"augment.train.random_crop.padding=4"});
  CHECK(origin(text, "train") == "e.yaml:1:18, --set augment.train.random_crop.padding");
}
