#include "vit/models/variants.h"

#include <torch/types.h>

#include <fstream>
#include <set>
#include <string>

#include "tests/catch.h"
#include "vit/models/registry.h"

TEST_CASE("Each variant has exactly as many parameters as timm's model of that name") {
  // NAME,COUNT lines: what timm 1.0.31 counts.
  std::ifstream file(VIT_SOURCE_DIR "/tests/fixtures/timm_parameters.csv");
  std::string name, count;
  std::size_t compared = 0;
  while (std::getline(file, name, ',') && std::getline(file, count)) {
    INFO(name);
    const auto model = vit::create_model(vit::model_spec(name));
    std::int64_t parameters = 0;
    for (const torch::Tensor& parameter : model->module().parameters())
      parameters += parameter.numel();
    CHECK(std::to_string(parameters) == count);
    ++compared;
  }
  CHECK(compared > 180);
}

TEST_CASE("Names are there once, and each variant's heads divide its width") {
  std::set<std::string_view> names;
  for (const vit::ViTVariant& variant : vit::vit_variants()) {
    INFO(variant.name);
    CHECK(names.insert(variant.name).second);
    CHECK(variant.embed_dim % variant.num_heads == 0);
  }
}

TEST_CASE("A family sets what its members have in common") {
  const auto options = [](const std::string& name) {
    return std::get<vit::ViTOptions>(vit::model_spec(name).options);
  };
  CHECK(options("deit3_small_patch16_224").no_embed_class);
  CHECK(options("deit3_small_patch16_224").init_values == 1e-6);
  CHECK(options("deit_tiny_distilled_patch16_224").dist_token);
  CHECK(options("vit_base_patch14_reg4_dinov2").reg_tokens == 4);
  CHECK(options("vit_base_patch14_reg4_dinov2").num_classes == 0);
  CHECK(options("vit_base_patch16_siglip_224").global_pool == "map");
  CHECK(options("vit_base_patch32_clip_quickgelu_224").act_layer == "quick_gelu");
  CHECK(options("vit_base_patch32_clip_quickgelu_224").norm_eps == 1e-5);
  CHECK(options("vit_small_patch16_dinov3").rope_type == "dinov3");
  CHECK(options("vit_so400m_patch14_siglip_384").drop_remainder);
  CHECK_FALSE(options("vit_tiny_patch16_224").drop_remainder);
}
