#include "vit/models/vit.h"

#include <torch/types.h>

#include <set>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"
#include "vit/models/registry.h"
#include "vit/nn/encoder_block.h"
#include "vit/weights/load.h"
#include "vit/weights/tensors.h"

namespace {

vit::ViTOptions small() {
  vit::ViTOptions options = vit::test::small_vit(5);
  options.img_size = {16, 24};
  options.num_heads = 3;
  return options;
}

}  // namespace

TEST_CASE(
    "A ViT maps pictures to logits, and its features are the tokens with the class token first") {
  vit::VisionTransformer model(small());
  model->init_weights(0);
  const torch::Tensor x = torch::zeros({2, 3, 16, 24});
  CHECK(model->forward(x).sizes() == at::IntArrayRef({2, 5}));
  CHECK(model->forward_features(x).sizes() == at::IntArrayRef({2, 7, 24}));
}

TEST_CASE("Parameters have timm's names") {
  vit::ViTOptions options = small();
  options.init_values = 1e-5;
  options.reg_tokens = 4;
  options.qk_norm = true;
  options.depth = 1;
  vit::VisionTransformer model(options);
  std::set<std::string> names;
  for (const auto& item : model->named_parameters()) names.insert(item.key());
  CHECK(names == std::set<std::string>{"cls_token",
                                       "reg_token",
                                       "pos_embed",
                                       "patch_embed.proj.weight",
                                       "patch_embed.proj.bias",
                                       "blocks.0.norm1.weight",
                                       "blocks.0.norm1.bias",
                                       "blocks.0.attn.qkv.weight",
                                       "blocks.0.attn.qkv.bias",
                                       "blocks.0.attn.q_norm.weight",
                                       "blocks.0.attn.q_norm.bias",
                                       "blocks.0.attn.k_norm.weight",
                                       "blocks.0.attn.k_norm.bias",
                                       "blocks.0.attn.proj.weight",
                                       "blocks.0.attn.proj.bias",
                                       "blocks.0.ls1.gamma",
                                       "blocks.0.norm2.weight",
                                       "blocks.0.norm2.bias",
                                       "blocks.0.mlp.fc1.weight",
                                       "blocks.0.mlp.fc1.bias",
                                       "blocks.0.mlp.fc2.weight",
                                       "blocks.0.mlp.fc2.bias",
                                       "blocks.0.ls2.gamma",
                                       "norm.weight",
                                       "norm.bias",
                                       "head.weight",
                                       "head.bias"});
}

TEST_CASE("Gradients reach every parameter") {
  vit::ViTOptions options = small();
  options.global_pool = GENERATE("token", "avg");
  options.init_values = 0.1;
  vit::VisionTransformer model(options);
  model->init_weights(1);
  model->forward(torch::rand({2, 3, 16, 24})).square().sum().backward();
  for (const auto& item : model->named_parameters()) {
    INFO(item.key());
    REQUIRE(item.value().grad().defined());
    CHECK(item.value().grad().abs().sum().item<double>() > 0);
  }
}

TEST_CASE("A clone computes the same and shares nothing") {
  vit::VisionTransformer model(small());
  model->init_weights(2);
  model->eval();
  const auto copy = std::dynamic_pointer_cast<vit::VisionTransformerImpl>(model->clone());
  REQUIRE(copy);
  const torch::Tensor x = torch::rand({1, 3, 16, 24}), before = model->forward(x);
  CHECK(torch::equal(copy->forward(x), before));
  {
    const torch::NoGradGuard no_grad;
    copy->head->bias.add_(1);
  }
  CHECK(torch::equal(model->forward(x), before));
}

TEST_CASE("Initial weights depend on the seed alone and have timm's distribution") {
  vit::VisionTransformer a(small()), b(small()), other(small());
  a->init_weights(5);
  b->init_weights(5);
  other->init_weights(6);
  for (std::size_t i = 0; i < a->parameters().size(); ++i)
    CHECK(torch::equal(a->parameters()[i], b->parameters()[i]));
  CHECK_FALSE(torch::equal(a->head->weight, other->head->weight));
  const torch::Tensor qkv =
      a->blocks->children()[0]->as<vit::EncoderBlockImpl>()->attn->qkv->weight;
  CHECK(qkv.std().item<double>() == Approx(0.02).epsilon(0.1));
  CHECK(a->head->bias.abs().sum().item<double>() == 0);
  CHECK(a->norm->weight.eq(1).all().item<bool>());
  CHECK(a->cls_token.abs().max().item<double>() < 1e-4);
  CHECK(a->patch_embed->proj->weight.abs().max().item<double>() <= 1.0 / std::sqrt(3 * 8 * 8));
}

TEST_CASE("The fixed sine-cosine encoding is no parameter, and is part of the state") {
  vit::ViTOptions options = small();
  options.pos_embed = "sincos2d";
  vit::VisionTransformer model(options);
  CHECK_FALSE(model->named_parameters().contains("pos_embed"));
  CHECK(model->named_buffers().contains("pos_embed"));
}

TEST_CASE("Without a class token there is nothing for `token` to pool") {
  vit::ViTOptions options = small();
  options.class_token = false;
  CHECK_THROWS_WITH(vit::VisionTransformer(options), Catch::Contains("model.global_pool: avg"));
}

TEST_CASE("Wrong sizes are refused with what was expected and what was found") {
  vit::VisionTransformer model(small());
  CHECK_THROWS_WITH(model->forward(torch::zeros({1, 3, 24, 16})),
                    Catch::Contains("expected x [B, 3, 16, 24], got [1, 3, 24, 16]"));
  vit::ViTOptions options = small();
  options.patch_size = {7, 8};
  CHECK_THROWS_WITH(vit::VisionTransformer(options),
                    Catch::Contains("image size 16x24 is not a multiple of patch size 7x8"));
}

namespace {

struct Fixture {
  const char* folder;
  void (*change)(vit::ViTOptions&);
};

void base(vit::ViTOptions& o) {
  o.embed_dim = 48;
  o.depth = 2;
  o.num_heads = 3;
  o.num_classes = 7;
  o.img_size = {32, 32};
  o.patch_size = {8, 8};
  o.mlp_ratio = 3;
}

// The keyword arguments of each fixture's meta.json.
const Fixture kFixtures[] = {
    {"vit_cls",
     [](vit::ViTOptions& o) {
       base(o);
       o.img_size = {64, 64};
       o.patch_size = {16, 16};
       o.mlp_ratio = 4;
     }},
    {"vit_gap_fcnorm",
     [](vit::ViTOptions& o) {
       base(o);
       o.global_pool = "avg";
     }},
    {"vit_nocls_gap",
     [](vit::ViTOptions& o) {
       base(o);
       o.global_pool = "avg";
       o.class_token = false;
     }},
    {"vit_gray",
     [](vit::ViTOptions& o) {
       base(o);
       o.in_chans = 1;
     }},
    {"vit_nonsquare",
     [](vit::ViTOptions& o) {
       base(o);
       o.img_size = {48, 80};
       o.patch_size = {16, 16};
       o.mlp_ratio = 4;
     }},
    {"vit_noqkvbias_nofc",
     [](vit::ViTOptions& o) {
       base(o);
       o.qkv_bias = false;
       o.num_classes = 0;
     }},
    {"vit_reg4_gap",
     [](vit::ViTOptions& o) {
       base(o);
       o.global_pool = "avg";
       o.class_token = false;
       o.no_embed_class = true;
       o.reg_tokens = 4;
       o.init_values = 1e-5;
     }},
    {"test_vit",
     [](vit::ViTOptions& o) {
       o = std::get<vit::ViTOptions>(vit::model_spec("test_vit").options);
       o.num_classes = 7;
       o.img_size = {64, 64};
     }},
};

}  // namespace

TEST_CASE("The same weights give timm's features and logits") {
  for (const Fixture& fixture : kFixtures) {
    const auto folder = vit::test::shared(std::string("fixtures/models/") + fixture.folder);
    if (!folder) return;
    INFO(fixture.folder);
    vit::ViTOptions options;
    fixture.change(options);
    vit::VisionTransformer model(options);
    vit::load_weights(*model, *folder / "weights.safetensors");
    model->eval();
    const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
    const torch::NoGradGuard no_grad;
    const torch::Tensor x = vit::read_tensor(io, io.at("x"));
    for (const char* output : {"features", "logits"}) {
      const torch::Tensor expected = vit::read_tensor(io, io.at(output));
      const torch::Tensor found =
          output == std::string("logits") ? model->forward(x) : model->forward_features(x);
      REQUIRE(found.sizes() == expected.sizes());
      // The reference's own float32 is 1e-6 from float64; ten times that leaves room for another
      // order of summation and for nothing else.
      const double scale = std::max(1.0, expected.abs().max().item<double>());
      CHECK((found - expected).abs().max().item<double>() <= 1e-5 * scale);
    }
  }
}
