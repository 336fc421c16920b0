#include "vit/weights/rotary_tables.h"

#include "tests/catch.h"
#include "vit/models/vit.h"
#include "vit/models/vit_rope.h"

using vit::is_own_rotary_table;

namespace {

vit::VisionTransformer rotary_vit(const char* type, double temperature) {
  vit::ViTOptions options;
  options.img_size = {8, 8};
  options.patch_size = {4, 4};
  options.embed_dim = 16;
  options.depth = 1;
  options.num_heads = 2;
  options.num_classes = 0;
  options.rope_type = type;
  options.rope_temperature = temperature;
  return vit::VisionTransformer(options);
}

}  // namespace

TEST_CASE("Tables that the model computes itself are told from those of another temperature") {
  // Heads of width 8: two frequencies for each axis, temperature^0 and temperature^(1/2).
  auto dinov3 = rotary_vit("dinov3", 100);
  CHECK(is_own_rotary_table("rope.periods", torch::tensor({1.F, 10.F}), *dinov3) == true);
  CHECK(is_own_rotary_table("rope.periods", torch::tensor({1.F, 4.47F}), *dinov3) == false);
  CHECK(is_own_rotary_table("rope.periods", torch::tensor({1.F}), *dinov3) == false);
  auto eva = rotary_vit("cat", 100);
  CHECK(is_own_rotary_table("rope.bands", torch::tensor({1.F, 0.1F}), *eva) == true);
  CHECK(is_own_rotary_table("rope.bands", torch::tensor({1.F, 0.01F}), *eva) == false);
  const vit::Rotation turn = vit::rotary_encoding(vit::rope_options(eva->options), {2, 2}, 0);
  const torch::Tensor table = torch::cat({turn.sin, turn.cos}, 1);
  CHECK(is_own_rotary_table("rope.pos_embed", table, *eva) == true);
  CHECK(is_own_rotary_table("rope.pos_embed", table + 0.1, *eva) == false);
  CHECK(is_own_rotary_table("rope.pos_embed", torch::ones({9, 16}), *eva) == true);  // another grid
  CHECK(is_own_rotary_table("rope.pos_embed", torch::ones({9, 8}), *eva) == false);
}

TEST_CASE("Other tensors, and models without rotary encodings, have no such tables") {
  auto plain = rotary_vit("none", 100);
  CHECK_FALSE(is_own_rotary_table("rope.periods", torch::tensor({1.F, 10.F}), *plain));
  auto dinov3 = rotary_vit("dinov3", 100);
  CHECK_FALSE(is_own_rotary_table("rope.freqs", torch::ones({2}), *dinov3));
  CHECK_FALSE(is_own_rotary_table("norm.weight", torch::ones({2}), *dinov3));
}
