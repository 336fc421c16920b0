#include "vit/train/freeze.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/models/vit.h"

namespace {

vit::VisionTransformer small() {
  return vit::VisionTransformer(vit::ViTOptions{.img_size = {8, 8},
                                                .patch_size = {4, 4},
                                                .num_classes = 2,
                                                .embed_dim = 8,
                                                .depth = 11,
                                                .num_heads = 2});
}

}  // namespace

TEST_CASE("A module's name stands for all that is in it, and for nothing else") {
  vit::VisionTransformer model = small();
  const auto frozen = vit::frozen_parameters(*model, {"patch_embed", "blocks.1", "cls_token"});
  const auto has = [&](const char* name) {
    return std::find(frozen.begin(), frozen.end(), name) != frozen.end();
  };
  CHECK(has("patch_embed.proj.weight"));
  CHECK(has("blocks.1.attn.qkv.bias"));
  CHECK(has("cls_token"));
  CHECK_FALSE(has("blocks.10.attn.qkv.bias"));
  CHECK_FALSE(has("head.weight"));
}

TEST_CASE("Everything but the head") {
  vit::VisionTransformer model = small();
  vit::set_learning(*model, vit::frozen_parameters(*model, {"*", "!head"}), false);
  for (const auto& item : model->named_parameters())
    CHECK(item.value().requires_grad() == item.key().starts_with("head."));
}

TEST_CASE("A name that is not there, and a model that learns nothing, are mistakes") {
  vit::VisionTransformer model = small();
  CHECK_THROWS_WITH(vit::frozen_parameters(*model, {"block.0"}), Catch::Contains("block.0"));
  CHECK_THROWS_WITH(vit::frozen_parameters(*model, {"*"}), Catch::Contains("nothing that learns"));
}
