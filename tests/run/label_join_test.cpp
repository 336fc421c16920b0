#include "vit/run/label_join.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"

using namespace vit;
using namespace vit::test;
using Names = std::vector<std::string>;

namespace {

/// A model whose output i is i, whatever it sees.
std::shared_ptr<VisionTransformerImpl> counting_model(std::int64_t classes) {
  const auto model = std::make_shared<VisionTransformerImpl>(small_vit(classes));
  const torch::NoGradGuard no_grad;
  model->init_weights(0);
  auto parameters = model->named_parameters();
  parameters["head.weight"].zero_();
  parameters["head.bias"].copy_(torch::arange(classes));
  model->eval();
  return model;
}

Names outputs_of(ImageModel& model) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor logits = model.forward(torch::zeros({1, 3, 16, 16}));
  Names result;
  for (std::int64_t i = 0; i < logits.size(1); ++i)
    result.push_back(std::to_string(logits[0][i].item<int>()));
  return result;
}

}  // namespace

TEST_CASE("The same names in another order are joined by name") {
  const auto model = counting_model(4);
  // timm counts folders of numbers as numbers, and we as text.
  const std::string told =
      join_labels(*model, {"1", "2", "10", "20"}, {"1", "10", "2", "20"}, "hub");
  CHECK(outputs_of(*model) == Names{"0", "2", "1", "3"});
  CHECK_THAT(told, Catch::Contains("hub") && Catch::Contains("1, 2, 10, 20"));
}

TEST_CASE("Equal names, and names of one side alone, change nothing and say nothing") {
  const auto model = counting_model(2);
  CHECK(join_labels(*model, {"cat", "dog"}, {"cat", "dog"}, "w").empty());
  CHECK(join_labels(*model, {}, {"cat", "dog"}, "w").empty());
  CHECK(join_labels(*model, {"cat", "dog", "eel"}, {"cat", "dog"}, "w").empty());
  CHECK(outputs_of(*model) == Names{"0", "1"});
}

TEST_CASE("Other names are said with both lists") {
  const auto model = counting_model(2);
  const std::string told =
      join_labels(*model, {"tench", "goldfish"}, {"n01440764", "n01443537"}, "w");
  CHECK_THAT(told, Catch::Contains("tench, goldfish") && Catch::Contains("n01440764, n01443537"));
  CHECK(outputs_of(*model) == Names{"0", "1"});
  // One name differs, and the others stand where they stood.
  CHECK_FALSE(join_labels(*model, {"cat", "dog"}, {"cat", "Dog"}, "w").empty());
}

TEST_CASE("Names of which some stand elsewhere and others are not there join in no order") {
  const auto model = counting_model(3);
  const auto error = error_of([&] {
    (void)join_labels(*model, {"cat", "dog", "eel"}, {"dog", "cat", "fox"}, "w");
  });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK_THAT(error->problem(),
             Catch::Contains("cat, dog, eel") && Catch::Contains("dog, cat, fox"));
}

TEST_CASE("Weights bring the names of what describes them") {
  const ScratchFolder folder;
  put(folder / "model.safetensors", "");
  CHECK(labels_of(folder / "model.safetensors").empty());
  put(folder / "config.json", R"({"architecture": "x", "label_names": ["cat", "dog"]})");
  CHECK(labels_of(folder / "model.safetensors") == Names{"cat", "dog"});
  put(folder / "config.json", R"({"model_type": "vit", "id2label": {"1": "dog", "0": "cat"}})");
  CHECK(labels_of(folder / "model.safetensors") == Names{"cat", "dog"});
}
