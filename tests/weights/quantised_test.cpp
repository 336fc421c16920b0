#include "vit/weights/quantised.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

using namespace vit;
using namespace vit::test;

namespace {

struct Scene {
  ScratchFolder folder;
  StateDict file;

  Scene() { file.tensors = {{"fc.weight", torch::ones({2, 2})}, {"fc.bias", torch::ones({2})}}; }
  [[nodiscard]] std::optional<Error> refusal() const {
    const auto error = error_of([&] { refuse_quantised(file, folder / "model.safetensors"); });
    if (error) CHECK(error->kind() == ErrorKind::weights);
    return error;
  }
};

}  // namespace

TEST_CASE("Rounded weights are weights, and integers that are no weights do not disturb") {
  Scene scene;
  CHECK_FALSE(scene.refusal());
  for (const auto type : {torch::kHalf, torch::kBFloat16, torch::kFloat8_e4m3fn}) {
    scene.file.tensors["fc.weight"] = torch::ones({2, 2}).to(type);
    CHECK_FALSE(scene.refusal());
  }
  scene.file.tensors["bn.num_batches_tracked"] = torch::tensor(3);
  scene.file.tensors["embeddings.position_ids"] = torch::arange(4).reshape({1, 4});
  put(scene.folder / "config.json", R"({"model_type": "vit", "quantization_config": null})");
  CHECK_FALSE(scene.refusal());
}

TEST_CASE("config.json's quantization_config refuses the file, by the method's name") {
  const Scene scene;
  put(scene.folder / "config.json", R"({"quantization_config": {"quant_method": "bitsandbytes"}})");
  REQUIRE(scene.refusal());
  CHECK_THAT(scene.refusal()->problem(), Catch::Contains("bitsandbytes"));
}

TEST_CASE("Quantised tensors are told by their scales and by their type") {
  for (const std::string name : {"fc.SCB", "fc.weight.absmax", "fc.qweight", "fc.weight_scale",
                                 "fc.weight._data", "fc.weight_packed"}) {
    Scene scene;
    scene.file.tensors[name] = torch::ones({2});
    INFO(name);
    REQUIRE(scene.refusal());
    CHECK_THAT(scene.refusal()->problem(), Catch::Contains(name));
  }
  for (const auto type : {torch::kInt8, torch::kUInt8, torch::kInt32, torch::kInt64}) {
    Scene scene;
    scene.file.tensors["fc.weight"] = torch::ones({2, 2}, type);
    REQUIRE(scene.refusal());
    CHECK_THAT(scene.refusal()->problem(), Catch::Contains("fc.weight"));
  }
}

TEST_CASE("An adapter that nobody merged is refused") {
  Scene scene;
  scene.file.tensors["blocks.0.attn.qkv.lora_A.default.weight"] = torch::ones({1, 2});
  REQUIRE(scene.refusal());
  CHECK_THAT(scene.refusal()->remedy(), Catch::Contains("adapter_config.json"));
}
