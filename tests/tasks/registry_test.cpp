#include "vit/tasks/registry.h"

#include "tests/catch.h"
#include "vit/tasks/classify/config.h"

TEST_CASE("A task is made by its name; another name is an error with the nearest one") {
  for (const vit::TaskEntry& entry : vit::task_entries()) {
    CHECK(vit::create_task(entry.name)->name() == entry.name);
    CHECK_FALSE(entry.about.empty());
  }
  CHECK_THROWS_WITH(vit::create_task("classifi"),
                    Catch::Contains("no task `classifi`") && Catch::Contains("classify?"));
}

TEST_CASE("A task is copied with its options, and each copy has its own") {
  vit::ClassifyConfig config;
  config.options.smoothing = 0.3;
  const vit::TaskSpec spec(config);
  vit::TaskSpec copy = spec;
  dynamic_cast<vit::ClassifyConfig&>(copy.config()).options.smoothing = 0.7;
  CHECK(dynamic_cast<const vit::ClassifyConfig&>(*spec).options.smoothing == 0.3);
  copy = spec;
  CHECK(dynamic_cast<const vit::ClassifyConfig&>(*copy).options.smoothing == 0.3);
}

TEST_CASE("Reading a name chooses the options that follow it") {
  struct Reader final : vit::FieldVisitor {
    void field(const vit::Field& field) override {
      if (field.name == "name") *std::get<std::string*>(field.ref) = "linear_probe";
    }
    void section(std::string_view, std::string_view,
                 const std::function<void(vit::FieldVisitor&)>& body) override {
      body(*this);
    }
  } reader;
  vit::TaskSpec spec;
  describe(reader, spec);
  CHECK(spec->name() == "linear_probe");
}

TEST_CASE("The description of a task names it first, and then its options") {
  struct Names final : vit::FieldVisitor {
    void field(const vit::Field& field) override { names.emplace_back(field.name); }
    void section(std::string_view, std::string_view,
                 const std::function<void(vit::FieldVisitor&)>& body) override {
      body(*this);
    }
    std::vector<std::string> names;
  } names;
  vit::TaskSpec spec;
  describe(names, spec);
  REQUIRE(names.names.size() >= 2);
  CHECK(names.names[0] == "name");
  CHECK(names.names[1] == "smoothing");
}
