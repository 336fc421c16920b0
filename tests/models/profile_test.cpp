#include "vit/models/profile.h"

#include <torch/types.h>

#include <algorithm>

#include "tests/catch.h"
#include "tests/support/small_vit.h"
#include "vit/models/registry.h"

namespace {

vit::ModelProfile profile_of(const char* name) {
  return vit::profile(*vit::create_model(vit::model_spec(name)));
}

}  // namespace

TEST_CASE("Parameters and multiply-adds are those that the architecture gives") {
  struct Known {
    const char* name;
    std::int64_t parameters;           // as timm counts them
    std::int64_t dim, depth, patches;  // what the products are made of
  };
  const Known known[] = {{"vit_tiny_patch16_224", 5717416, 192, 12, 196},
                         {"vit_small_patch16_224", 22050664, 384, 12, 196},
                         {"vit_base_patch16_224", 86567656, 768, 12, 196},
                         {"vit_large_patch16_224", 304326632, 1024, 24, 196}};
  for (const Known& row : known) {
    INFO(row.name);
    const vit::ModelProfile profile = profile_of(row.name);
    CHECK(profile.parameters == row.parameters);
    const std::int64_t tokens = row.patches + 1;
    const std::int64_t block = tokens * 12 * row.dim * row.dim + 2 * tokens * tokens * row.dim;
    CHECK(profile.multiply_adds ==
          row.depth * block + row.patches * 16 * 16 * 3 * row.dim + 1000 * row.dim);
  }
}

TEST_CASE("Each layer is there with its name, output and share") {
  const vit::ModelProfile profile = profile_of("vit_tiny_patch16_224");
  const auto find = [&](const std::string& name) {
    const auto found = std::find_if(profile.layers.begin(), profile.layers.end(),
                                    [&](const auto& layer) { return layer.name == name; });
    REQUIRE(found != profile.layers.end());
    return *found;
  };
  CHECK(find("patch_embed.proj").output == std::vector<std::int64_t>{1, 192, 14, 14});
  CHECK(find("patch_embed.proj").multiply_adds == 196 * 192 * 3 * 16 * 16);
  CHECK(find("blocks.3.attn.qkv").output == std::vector<std::int64_t>{1, 197, 576});
  CHECK(find("blocks.3.attn").operation == "attention");
  CHECK(find("blocks.3.attn").multiply_adds == 2 * 197 * 197 * 192);
  CHECK(find("head").parameters == 193000);
  std::int64_t layers = 0;
  for (const vit::LayerProfile& layer : profile.layers) layers += layer.parameters;
  CHECK(profile.parameters - layers == 192 + 197 * 192);  // class token and positions are no layers
}

TEST_CASE("Profiling leaves the model as it was") {
  const auto model = vit::create_model(vit::model_spec("test_vit"));
  model->init_weights(0);
  const torch::Tensor x = torch::rand({1, 3, 160, 160});
  const torch::Tensor before = model->forward(x);
  model->module().train();
  CHECK(vit::profile(*model).parameters > 0);
  CHECK(model->module().is_training());
  CHECK(torch::equal(model->forward(x), before));
  model->forward(x).sum().backward();
  for (const torch::Tensor& parameter : model->module().parameters())
    CHECK(parameter.grad().defined());
}

TEST_CASE("A network's parameters are counted, those that do not learn among them") {
  vit::VisionTransformer model(vit::test::small_vit(10));
  std::int64_t expected = 0;
  for (const torch::Tensor& parameter : model->parameters()) expected += parameter.numel();
  model->pos_embed.requires_grad_(false);
  CHECK(vit::parameter_count(*model) == expected);
  CHECK(expected > 0);
}
