#include "vit/weights/adapter.h"

#include <torch/types.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/weights/load.h"
#include "vit/weights/tensors.h"

using namespace vit;
using namespace vit::test;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

using Tensors = std::map<std::string, torch::Tensor>;

void put_tensors(const fs::path& file, const Tensors& tensors) {
  TensorWriter writer;
  for (const auto& [name, tensor] : tensors) writer.add(name, tensor);
  writer.write(file);
}

torch::Tensor matrix(std::initializer_list<float> values, at::IntArrayRef shape) {
  return torch::tensor(std::vector<float>(values)).reshape(shape);
}

/// A base with one linear layer, and LoRA of rank 1 with alpha 3 for it.
struct Scene {
  ScratchFolder folder;
  Tensors base = {{"blocks.0.fc.weight", matrix({1, 2, 3, 4}, {2, 2})},
                  {"blocks.0.fc.bias", matrix({5, 6}, {2})},
                  {"head.weight", matrix({1, 1}, {1, 2})}};
  Tensors adapter = {
      {"base_model.model.blocks.0.fc.lora_A.weight", matrix({1, 10}, {1, 2})},
      {"base_model.model.blocks.0.fc.lora_B.weight", matrix({2, 1}, {2, 1})},
  };
  json config = {{"peft_type", "LORA"},      {"r", 1},
                 {"lora_alpha", 3},          {"base_model_name_or_path", "../base"},
                 {"target_modules", {"fc"}}, {"bias", "none"},
                 {"fan_in_fan_out", false},  {"init_lora_weights", true},
                 {"use_dora", false},        {"modules_to_save", nullptr}};

  StateDict merge() {
    fs::create_directories(folder / "base");
    fs::create_directories(folder / "adapter");
    put_tensors(folder / "base/model.safetensors", base);
    put_tensors(folder / "adapter/adapter_model.safetensors", adapter);
    put(folder / "adapter/adapter_config.json", config.dump());
    REQUIRE(is_adapter(folder / "adapter/adapter_model.safetensors"));
    return merge_adapter(folder / "adapter/adapter_model.safetensors").state;
  }
  std::string refusal() {
    const auto error = error_of([&] { (void)merge(); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::weights);
    CHECK_FALSE(error->remedy().empty());
    return error->problem();
  }
};

void check_equal(const torch::Tensor& found, const torch::Tensor& expected) {
  INFO(found << expected);
  REQUIRE(found.sizes() == expected.sizes());
  CHECK(torch::allclose(found, expected, 1e-6, 1e-6));
}

}  // namespace

TEST_CASE("LoRA is added as alpha / r times B A; the rest stays as it was") {
  Scene scene;
  const StateDict merged = scene.merge();
  check_equal(merged.tensors.at("blocks.0.fc.weight"), matrix({7, 62, 6, 34}, {2, 2}));
  check_equal(merged.tensors.at("blocks.0.fc.bias"), scene.base["blocks.0.fc.bias"]);
  CHECK(merged.tensors.size() == 3);
}

TEST_CASE("rslora, patterns, transposed weights and half precision are as in PEFT") {
  Scene scene;
  SECTION("rslora divides by the root of the rank") {
    scene.adapter["base_model.model.blocks.0.fc.lora_A.weight"] = matrix({1, 10, 0, 0}, {2, 2});
    scene.adapter["base_model.model.blocks.0.fc.lora_B.weight"] = matrix({2, 0, 1, 0}, {2, 2});
    scene.config["r"] = 2;
    scene.config["use_rslora"] = true;
    const double scale = 3 / std::sqrt(2.0);
    check_equal(scene.merge().tensors.at("blocks.0.fc.weight"),
                matrix({1, 2, 3, 4}, {2, 2}) + matrix({2, 20, 1, 10}, {2, 2}) * scale);
  }
  SECTION("alpha and rank of single modules") {
    scene.config["r"] = 8;
    scene.config["rank_pattern"] = {{"fc", 1}};
    scene.config["alpha_pattern"] = {{"blocks.0.fc", 1}, {"other", 7}};
    check_equal(scene.merge().tensors.at("blocks.0.fc.weight"), matrix({3, 22, 4, 14}, {2, 2}));
  }
  SECTION("fan_in_fan_out") {
    scene.config["fan_in_fan_out"] = true;
    check_equal(scene.merge().tensors.at("blocks.0.fc.weight"), matrix({7, 5, 63, 34}, {2, 2}));
  }
  SECTION("half precision is merged in float32") {
    for (auto* tensors : {&scene.base, &scene.adapter})
      for (auto& [name, tensor] : *tensors) tensor = tensor.to(torch::kHalf);
    const torch::Tensor weight = scene.merge().tensors.at("blocks.0.fc.weight");
    CHECK(weight.scalar_type() == torch::kFloat32);
    check_equal(weight, matrix({7, 62, 6, 34}, {2, 2}));
  }
}

TEST_CASE("LoRA of a convolution has kernels of its size") {
  Scene scene;
  const torch::Tensor a = torch::arange(18, torch::kFloat32).reshape({1, 2, 3, 3});
  scene.base["blocks.0.fc.weight"] = torch::ones({2, 2, 3, 3});
  scene.adapter["base_model.model.blocks.0.fc.lora_A.weight"] = a;
  scene.adapter["base_model.model.blocks.0.fc.lora_B.weight"] = matrix({2, 1}, {2, 1, 1, 1});
  check_equal(scene.merge().tensors.at("blocks.0.fc.weight"), 1 + 3 * torch::cat({2 * a, a}));
}

TEST_CASE("Biases and modules that were trained whole take the place of the base's") {
  Scene scene;
  scene.config["modules_to_save"] = {"head"};
  scene.adapter["base_model.model.head.weight"] = matrix({1, 2, 3, 4, 5, 6}, {3, 2});
  scene.adapter["base_model.model.head.bias"] = matrix({1, 2, 3}, {3});
  scene.adapter["base_model.model.blocks.0.fc.base_layer.bias"] = matrix({8, 9}, {2});
  const StateDict merged = scene.merge();
  check_equal(merged.tensors.at("head.weight"), scene.adapter["base_model.model.head.weight"]);
  check_equal(merged.tensors.at("head.bias"), matrix({1, 2, 3}, {3}));
  check_equal(merged.tensors.at("blocks.0.fc.bias"), matrix({8, 9}, {2}));
}

TEST_CASE("A backbone's file gets the name that the classifier has for it") {
  Scene scene;
  scene.base = {{"encoder.layer.0.attention.attention.query.weight", matrix({1, 2, 3, 4}, {2, 2})},
                {"embeddings.cls_token", matrix({1, 2}, {1, 1, 2})}};
  // As transformers 5 calls the module, and as it did before.
  const std::string module =
      GENERATE("layers.0.attention.q_proj", "encoder.layer.0.attention.attention.query");
  scene.adapter = {{"base_model.model.vit." + module + ".lora_A.weight", matrix({1, 10}, {1, 2})},
                   {"base_model.model.vit." + module + ".lora_B.weight", matrix({2, 1}, {2, 1})},
                   {"base_model.model.classifier.weight", matrix({1, 2}, {1, 2})}};
  scene.config["modules_to_save"] = {"classifier"};
  const StateDict merged = scene.merge();
  check_equal(merged.tensors.at("vit.encoder.layer.0.attention.attention.query.weight"),
              matrix({7, 62, 6, 34}, {2, 2}));
  CHECK(merged.tensors.contains("vit.embeddings.cls_token"));
  CHECK(merged.tensors.contains("classifier.weight"));
}

TEST_CASE("Other methods and options that are not understood are refused by their names") {
  Scene scene;
  SECTION("IA3") {
    scene.config["peft_type"] = "IA3";
    CHECK_THAT(scene.refusal(), Catch::Contains("\"IA3\""));
  }
  SECTION("an option that changes what is computed") {
    const char* const option = GENERATE("use_dora", "use_qalora", "lora_bias", "something_new");
    scene.config[option] = true;
    CHECK_THAT(scene.refusal(), Catch::Contains(option));
  }
  SECTION("an initialisation that changes the base") {
    scene.config["init_lora_weights"] = "pissa";
    CHECK_THAT(scene.refusal(), Catch::Contains("pissa"));
  }
  SECTION("a pattern that is a regular expression") {
    scene.config["alpha_pattern"] = {{"blocks.[0-3].fc", 1}};
    CHECK_THAT(scene.refusal(), Catch::Contains("alpha_pattern"));
  }
  SECTION("a tensor of another kind") {
    scene.adapter["base_model.model.blocks.0.fc.lora_magnitude_vector"] = matrix({1, 1}, {2});
    CHECK_THAT(scene.refusal(), Catch::Contains("lora_magnitude_vector"));
  }
}

TEST_CASE("An adapter that does not fit its base is refused") {
  Scene scene;
  const std::string a = "base_model.model.blocks.0.fc.lora_A.weight",
                    b = "base_model.model.blocks.0.fc.lora_B.weight";
  SECTION("one of two") {
    scene.adapter.erase(b);
    CHECK_THAT(scene.refusal(), Catch::Contains("one of lora_A and lora_B"));
  }
  SECTION("no such module") {
    scene.adapter["base_model.model.blocks.9.fc.lora_A.weight"] = scene.adapter[a];
    scene.adapter["base_model.model.blocks.9.fc.lora_B.weight"] = scene.adapter[b];
    CHECK_THAT(scene.refusal(), Catch::Contains("blocks.9.fc.weight"));
  }
  SECTION("other shapes, before anything of their product's size is made") {
    scene.adapter[a] = torch::zeros({1, 2'000'000});
    scene.adapter[b] = torch::zeros({2'000'000, 1});
    CHECK_THAT(scene.refusal(), Catch::Contains("do not fit"));
  }
  SECTION("another rank than it says") {
    scene.config["r"] = 4;
    CHECK_THAT(scene.refusal(), Catch::Contains("rank 4"));
  }
  SECTION("numbers that are none") {
    scene.config["lora_alpha"] = GENERATE(json(0), json("3"), json(nullptr));
    CHECK_THAT(scene.refusal(), Catch::Contains("lora_alpha"));
  }
  SECTION("a whole tensor that was not said to be saved") {
    scene.adapter["base_model.model.extra.weight"] = matrix({1}, {1});
    CHECK_THAT(scene.refusal(), Catch::Contains("\"extra.weight\""));
  }
  SECTION("no base") {
    scene.config["base_model_name_or_path"] = GENERATE(json(nullptr), json("no/such/base"));
    CHECK_THAT(scene.refusal(), Catch::Contains("weights that it is for"));
  }
}

TEST_CASE("The base beside the adapter is taken before the one that its config names") {
  Scene scene;
  (void)scene.merge();
  fs::copy_file(scene.folder / "base/model.safetensors",
                scene.folder / "adapter/model.safetensors");
  scene.config["base_model_name_or_path"] = "google/something";
  put(scene.folder / "adapter/adapter_config.json", scene.config.dump());
  CHECK(merge_adapter(scene.folder / "adapter/adapter_model.safetensors").base ==
        scene.folder / "adapter/model.safetensors");
}
