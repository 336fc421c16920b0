#include "vit/config/option_explorer.h"

#include <map>

#include "tests/catch.h"
#include "tests/config/yaml_example.h"

using namespace vit;

namespace {

/// Notes under which condition each option was described first, and what depends on a choice.
class Notes final : public OptionExplorer {
 public:
  using OptionExplorer::OptionExplorer;
  std::map<std::string, std::string> conditions;
  std::set<std::string> dependent;
  std::vector<std::string> entries;

 protected:
  void on_option(const std::string& path, const Field&, const std::string& only_if) override {
    conditions.try_emplace(path, only_if);
  }
  void on_section(const std::string& path, std::string_view, const std::string& only_if) override {
    conditions.try_emplace(path, only_if);
  }
  void on_entry(const std::string& list, const std::string& name) override {
    entries.push_back(list + "." + name);
  }
  void on_dependent(const std::string& path) override { dependent.insert(path); }
};

Notes explored(OptionExamples examples = {}) {
  example::Experiment options;
  Notes notes(std::move(examples));
  notes.explore([&](FieldVisitor& visitor) { describe(visitor, options); });
  CHECK(options.optim.opt == "adamw");
  CHECK(options.model.name == "vit");
  return notes;
}

}  // namespace

TEST_CASE("every choice of a text is tried, and told of what it brings") {
  const Notes notes = explored();
  CHECK(notes.conditions.at("optim.lr").empty());
  CHECK(notes.conditions.at("optim.betas").empty());
  CHECK(notes.conditions.at("optim.momentum") == "optim.opt is sgd");
  CHECK(notes.dependent == std::set<std::string>{"optim.betas"});
  CHECK(notes.conditions.contains("augment.train.random_crop.padding"));
  CHECK(notes.entries == std::vector<std::string>{"augment.train.random_crop",
                                                  "augment.train.hflip",
                                                  "augment.train.rand_augment"});
}

TEST_CASE("examples stand for the values of a text that may be anything") {
  CHECK_FALSE(explored().dependent.contains("model.patch_size"));
  const Notes notes = explored({{"model.name", {"vit", "resnet", "unheard_of"}}});
  CHECK(notes.dependent.contains("model.patch_size"));
  CHECK_FALSE(notes.dependent.contains("model.img_size"));
}

TEST_CASE("choices within a choice are tried too, and all stand at their defaults again") {
  struct Inner {
    std::string kind = "plain";
    std::int64_t height = 1;
  };
  std::string outer = "none";
  Inner inner;
  const auto body = [&](FieldVisitor& visitor) {
    visitor.field({"outer", &outer, "", {}, {"none", "some"}});
    if (outer != "some") return;
    visitor.field({"kind", &inner.kind, "", {}, {"plain", "tall"}});
    if (inner.kind == "tall") visitor.field({"height", &inner.height, ""});
  };
  Notes notes;
  notes.explore(body);
  CHECK(notes.conditions.at("kind") == "outer is some");
  CHECK(notes.conditions.at("height") == "kind is tall");
  CHECK(outer == "none");
  CHECK(inner.kind == "plain");
}
