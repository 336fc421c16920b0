#include "vit/models/vit_init.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/support/small_vit.h"

namespace {

torch::Tensor parameter(const std::string& weight_init, const std::string& name,
                        const std::string& mlp_layer = "mlp") {
  vit::ViTOptions options = vit::test::small_vit(10);
  options.embed_dim = 96;
  options.weight_init = weight_init;
  options.mlp_layer = mlp_layer;
  vit::VisionTransformer model(options);
  model->init_weights(7);
  return model->named_parameters()[name].detach();
}

double spread(const torch::Tensor& weights) { return weights.std().item<double>(); }

}  // namespace

TEST_CASE("timm's default: N(0, 0.02) for linear layers, zero biases") {
  CHECK(spread(parameter("", "blocks.0.attn.qkv.weight")) == Approx(0.02).epsilon(0.05));
  CHECK(spread(parameter("", "head.weight")) == Approx(0.02).epsilon(0.1));
  CHECK(parameter("", "blocks.0.mlp.fc1.bias").abs().max().item<float>() == 0);
}

TEST_CASE("jax: Xavier weights, small biases in the MLP, a zero head") {
  const double bound = std::sqrt(6.0 / (4 * 96 + 96));
  const torch::Tensor fc1 = parameter("jax", "blocks.0.mlp.fc1.weight");
  CHECK(fc1.abs().max().item<double>() == Approx(bound).epsilon(0.01));
  CHECK(spread(fc1) == Approx(bound / std::sqrt(3.0)).epsilon(0.05));
  CHECK(spread(parameter("jax", "blocks.0.mlp.fc1.bias")) == Approx(1e-6).epsilon(0.2));
  CHECK(parameter("jax", "head.weight").abs().max().item<float>() == 0);
  CHECK(parameter("jax", "head.bias")[0].item<float>() == 0);
  CHECK(parameter("jax_nlhb", "head.bias")[0].item<float>() == Approx(-std::log(10.0)));
  // LeCun: variance 1 / (3 * 8 * 8) after the cut at two standard deviations.
  CHECK(spread(parameter("jax", "patch_embed.proj.weight")) ==
        Approx(1 / std::sqrt(192.0)).epsilon(0.03));
}

TEST_CASE("moco: queries, keys and values count as three matrices") {
  const torch::Tensor qkv = parameter("moco", "blocks.0.attn.qkv.weight");
  CHECK(qkv.abs().max().item<double>() == Approx(std::sqrt(6.0 / (96 + 96))).epsilon(0.01));
}

TEST_CASE("eva: output layers are scaled down by depth, the head is close to zero") {
  CHECK(spread(parameter("eva", "blocks.1.mlp.fc2.weight")) ==
        Approx(0.02 / std::sqrt(4.0)).epsilon(0.05));
  CHECK(spread(parameter("eva", "head.weight")) == Approx(0.02e-3).epsilon(0.1));
}

TEST_CASE("A gated MLP starts with its gate open") {
  CHECK(parameter("", "blocks.0.mlp.fc1_g.bias", "swiglu")[0].item<float>() == 1);
  CHECK(spread(parameter("", "blocks.0.mlp.fc1_g.weight", "swiglu")) == Approx(1e-6).epsilon(0.1));
  const torch::Tensor packed = parameter("", "blocks.0.mlp.fc1.bias", "swiglu_packed");
  CHECK(packed[0].item<float>() == 0);
  CHECK(packed[-1].item<float>() == 1);
}
