#include "vit/models/vit_options.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"
#include "vit/nn/random.h"

namespace {

using Change = void (*)(vit::ViTOptions&);

struct Case {
  const char* name;
  Change change;
};

const Case kCases[] = {
    {"registers", [](vit::ViTOptions& o) { o.reg_tokens = 3; }},
    {"no_embed_class", [](vit::ViTOptions& o) { o.no_embed_class = true; }},
    {"qk_norm", [](vit::ViTOptions& o) { o.qk_norm = true; }},
    {"inner norms", [](vit::ViTOptions& o) { o.scale_attn_norm = o.scale_mlp_norm = true; }},
    {"LayerScale", [](vit::ViTOptions& o) { o.init_values = 0.1; }},
    {"gamma names",
     [](vit::ViTOptions& o) {
       o.init_values = 0.1;
       o.layer_scale = "gamma";
     }},
    {"pre_norm", [](vit::ViTOptions& o) { o.pre_norm = true; }},
    {"avg", [](vit::ViTOptions& o) { o.global_pool = "avg"; }},
    {"max", [](vit::ViTOptions& o) { o.global_pool = "max"; }},
    {"avgmax", [](vit::ViTOptions& o) { o.global_pool = "avgmax"; }},
    {"map", [](vit::ViTOptions& o) { o.global_pool = "map"; }},
    {"distilled", [](vit::ViTOptions& o) { o.dist_token = true; }},
    {"no biases",
     [](vit::ViTOptions& o) {
       o.qkv_bias = false;
       o.proj_bias = false;
     }},
    {"no key bias", [](vit::ViTOptions& o) { o.k_bias = false; }},
    {"separate projections", [](vit::ViTOptions& o) { o.qkv_fused = false; }},
    {"rmsnorm", [](vit::ViTOptions& o) { o.norm_layer = "rmsnorm"; }},
    {"swiglu", [](vit::ViTOptions& o) { o.mlp_layer = "swiglu"; }},
    {"swiglu_packed", [](vit::ViTOptions& o) { o.mlp_layer = "swiglu_packed"; }},
    {"quick_gelu", [](vit::ViTOptions& o) { o.act_layer = "quick_gelu"; }},
    {"res post", [](vit::ViTOptions& o) { o.block_fn = "ResPostBlock"; }},
    {"parallel scaling", [](vit::ViTOptions& o) { o.block_fn = "ParallelScalingBlock"; }},
    {"parallel things", [](vit::ViTOptions& o) { o.block_fn = "ParallelThingsBlock"; }},
    {"sincos2d", [](vit::ViTOptions& o) { o.pos_embed = "sincos2d"; }},
    {"sincos2d_big_vision", [](vit::ViTOptions& o) { o.pos_embed = "sincos2d_big_vision"; }},
    {"no positions", [](vit::ViTOptions& o) { o.pos_embed = "none"; }},
    {"rel_pos bias", [](vit::ViTOptions& o) { o.rel_pos = "bias"; }},
    {"rel_pos decomposed",
     [](vit::ViTOptions& o) {
       o.rel_pos = "decomposed";
       o.global_pool = "avg";  // the class token has no position to ask from
     }},
    {"windows",
     [](vit::ViTOptions& o) {
       o.img_size = {24, 32};
       o.rel_pos = "decomposed";
       o.window_size = 2;
       o.global_attn_indexes = {1};
       o.class_token = false;
       o.global_pool = "avg";
       o.dynamic_img_size = true;
     }},
    {"rope dinov3", [](vit::ViTOptions& o) { o.rope_type = "dinov3"; }},
    {"rope cat", [](vit::ViTOptions& o) { o.rope_type = "cat"; }},
    {"dynamic size", [](vit::ViTOptions& o) { o.dynamic_img_size = true; }},
};

}  // namespace

TEST_CASE("Each option of the architecture trains, and its clone computes the same") {
  for (const Case& one : kCases) {
    INFO(one.name);
    vit::ViTOptions options = vit::test::small_vit(5);
    one.change(options);
    vit::VisionTransformer model(options);
    vit::test::randomize(model);
    const torch::Tensor x = vit::test::random_tensor({2, 3, 16, 16});
    const torch::Tensor logits = model->forward(x);
    CHECK(logits.sizes() == at::IntArrayRef({2, 5}));
    CHECK(logits.isfinite().all().item<bool>());
    const std::vector<std::string> untouched = vit::test::without_gradient(model, logits);
    CAPTURE(untouched);
    // A class token that is not pooled still reaches the patches, and so every weight.
    CHECK(untouched.empty());
    CHECK(torch::equal(vit::test::clone_of(model)->forward(x), model->forward(x)));
  }
}

TEST_CASE("Training with every kind of dropout is a function of its Rng") {
  vit::ViTOptions options = vit::test::small_vit(5);
  options.drop_rate = options.pos_drop_rate = options.proj_drop_rate = options.attn_drop_rate = 0.2;
  options.drop_path_rate = options.patch_drop_rate = 0.5;
  options.rope_type = "dinov3";
  vit::VisionTransformer model(options);
  vit::test::randomize(model);
  model->train();
  const torch::Tensor x = vit::test::random_tensor({4, 3, 16, 16});
  const auto step = [&](std::uint64_t index) {
    const vit::RandomScope scope(vit::Rng(1, vit::Stream::model, 0, index));
    return model->forward(x);
  };
  CHECK(torch::equal(step(0), step(0)));
  CHECK_FALSE(torch::equal(step(0), step(1)));
}

TEST_CASE("Options that contradict each other are refused with the key to change") {
  const auto refused = [](Change change) {
    vit::ViTOptions options = vit::test::small_vit(5);
    change(options);
    try {
      vit::VisionTransformer model(options);
    } catch (const vit::Error& error) {
      CHECK(error.kind() == vit::ErrorKind::usage);
      return std::string(error.what());
    }
    return std::string("nothing was refused");
  };
  CHECK_THAT(refused([](vit::ViTOptions& o) { o.class_token = false; }),
             Catch::Contains("model.global_pool"));
  CHECK_THAT(refused([](vit::ViTOptions& o) {
               o.dist_token = true;
               o.global_pool = "avg";
             }),
             Catch::Contains("model.dist_token"));
  CHECK_THAT(refused([](vit::ViTOptions& o) { o.window_size = 2; }),
             Catch::Contains("model.window_size"));
  const auto refused_with_windows = [&](Change change) {
    static Change inner;
    inner = change;
    return refused([](vit::ViTOptions& o) {
      o.class_token = false;
      o.global_pool = "avg";
      o.window_size = 2;
      inner(o);
    });
  };
  CHECK(refused_with_windows([](vit::ViTOptions&) {}) == "nothing was refused");
  CHECK_THAT(refused_with_windows([](vit::ViTOptions& o) { o.rope_type = "dinov3"; }),
             Catch::Contains("model.rope_type"));
  CHECK_THAT(refused_with_windows([](vit::ViTOptions& o) { o.patch_drop_rate = 0.5; }),
             Catch::Contains("model.patch_drop_rate"));
  CHECK_THAT(refused_with_windows([](vit::ViTOptions& o) { o.global_attn_indexes = {7}; }),
             Catch::Contains("there is no block 7: there are 2"));
  CHECK_THAT(refused_with_windows([](vit::ViTOptions& o) { o.block_fn = "ParallelScalingBlock"; }),
             Catch::Contains("ParallelScalingBlock"));
  CHECK_THAT(refused([](vit::ViTOptions& o) {
               o.rel_pos = "bias";
               o.dynamic_img_size = true;
             }),
             Catch::Contains("model.rel_pos"));
  CHECK_THAT(refused([](vit::ViTOptions& o) {
               o.block_fn = "ParallelScalingBlock";
               o.mlp_layer = "swiglu";
             }),
             Catch::Contains("ParallelScalingBlock"));
}
