#include "vit/nn/lora.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "vit/models/vit.h"

namespace {

vit::VisionTransformer small() {
  vit::VisionTransformer model(vit::ViTOptions{.img_size = {8, 8},
                                               .patch_size = {4, 4},
                                               .num_classes = 3,
                                               .embed_dim = 8,
                                               .depth = 2,
                                               .num_heads = 2});
  model->init_weights(1);
  return model;
}

}  // namespace

TEST_CASE("New adapters change nothing, and only they and the head learn") {
  vit::VisionTransformer model = small();
  const torch::Tensor x = torch::randn({2, 3, 8, 8}), before = model->forward(x);
  vit::add_lora(*model, {.rank = 2}, {"head"}, 1);
  CHECK(torch::equal(model->forward(x), before));
  for (const auto& item : model->named_parameters())
    CHECK(item.value().requires_grad() ==
          (item.key().starts_with("head.") || item.key().find(".lora_") != std::string::npos));
  CHECK(model->named_parameters().contains("blocks.1.attn.proj.lora_b"));
  CHECK_FALSE(model->named_parameters().contains("blocks.1.mlp.fc1.lora_b"));
}

TEST_CASE("Merging leaves the function as it is and the model as it was built") {
  vit::VisionTransformer model = small();
  const auto names = model->named_parameters().keys();
  vit::add_lora(*model, {.rank = 2, .alpha = 6, .targets = {"attn.qkv", "mlp.fc1"}}, {"head"}, 1);
  {
    const torch::NoGradGuard no_grad;
    for (auto& item : model->named_parameters())
      if (item.key().ends_with("lora_b")) item.value().normal_();
  }
  const torch::Tensor x = torch::randn({2, 3, 8, 8}), adapted = model->forward(x);
  vit::merge_lora(*model);
  CHECK(torch::allclose(model->forward(x), adapted, 1e-4, 1e-5));
  CHECK(model->named_parameters().keys() == names);
  for (const torch::Tensor& parameter : model->parameters()) CHECK(parameter.requires_grad());
}

TEST_CASE("A target that no layer has is a mistake") {
  vit::VisionTransformer model = small();
  CHECK_THROWS_WITH(vit::add_lora(*model, {.rank = 2, .targets = {"attn.q"}}, {"head"}, 1),
                    Catch::Contains("attn.q"));
}
