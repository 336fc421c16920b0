#include "vit/tasks/registry.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/support/small_vit.h"

TEST_CASE("A task is made by its name, with its options") {
  vit::VisionTransformer model(vit::test::small_vit(3));
  model->init_weights(1);
  model->eval();
  const vit::Batch batch{torch::ones({2, 3, 16, 16}), torch::tensor({0, 1}), torch::tensor({0, 1})};
  vit::TaskSpec sharp, smooth;
  sharp.options.smoothing = 0;
  smooth.options.smoothing = 0.9;
  const auto loss = [&](const vit::TaskSpec& spec) {
    return vit::create_task(spec, *model)->step(batch).loss.item<double>();
  };
  CHECK(loss(sharp) != loss(smooth));
  vit::TaskSpec unknown;
  unknown.name = "paint";
  CHECK_THROWS_WITH(vit::create_task(unknown, *model), Catch::Contains("no task `paint`"));
}

TEST_CASE("Better is larger or smaller as the metric has it, and what is not a number never is") {
  const double nan = std::nan("");
  CHECK(vit::is_better(vit::Better::larger, 2, 1));
  CHECK_FALSE(vit::is_better(vit::Better::larger, 1, 1));
  CHECK(vit::is_better(vit::Better::smaller, 1, 2));
  CHECK_FALSE(vit::is_better(vit::Better::smaller, 2, 1));
  CHECK(vit::is_better(vit::Better::smaller, 2, std::nullopt));
  CHECK_FALSE(vit::is_better(vit::Better::larger, nan, std::nullopt));
  CHECK_FALSE(vit::is_better(vit::Better::larger, nan, 1));
  CHECK(vit::is_better(vit::Better::larger, 0, nan));
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
