#include <torch/autograd.h>
#include <torch/types.h>

#include "tests/catch.h"
#include "vit/core/error.h"
#include "vit/nn/attention.h"
#include "vit/nn/init.h"
#include "vit/nn/random.h"

using vit::AttentionOptions;
using vit::MultiHeadAttention;
using vit::Rng;
using vit::Stream;

namespace {

/// Every parameter random, biases too.
template <class Module>
void randomize(Module& module) {
  std::uint64_t index = 0;
  for (auto& parameter : module->parameters())
    vit::init::normal(parameter, 0.2, Rng(3, Stream::init, 0, index++));
}

torch::Tensor random_tokens(std::vector<std::int64_t> shape) {
  torch::Tensor x = torch::empty(shape);
  vit::init::normal(x, 1.0, Rng(4, Stream::bench));
  return x;
}

}  // namespace

TEST_CASE(
    "MultiHeadAttention keeps the shape of its input and gives a weight for each pair of tokens") {
  MultiHeadAttention attention(AttentionOptions{.dim = 24, .num_heads = 3});
  randomize(attention);
  const auto [output, weights] = attention->forward_with_weights(random_tokens({2, 5, 24}));
  CHECK(output.sizes() == at::IntArrayRef({2, 5, 24}));
  CHECK(weights.sizes() == at::IntArrayRef({2, 3, 5, 5}));
  CHECK(torch::allclose(weights.sum(-1), torch::ones({2, 3, 5})));
}

TEST_CASE("The fused path and the plain formula agree, in value and in gradient") {
  const bool qk_norm = GENERATE(false, true);
  const bool qkv_bias = GENERATE(false, true);
  MultiHeadAttention attention(
      AttentionOptions{.dim = 32, .num_heads = 4, .qkv_bias = qkv_bias, .qk_norm = qk_norm});
  randomize(attention);
  const torch::Tensor x = random_tokens({2, 7, 32}).requires_grad_();
  const torch::Tensor direction = random_tokens({2, 7, 32});

  const torch::Tensor fused = attention(x);
  const torch::Tensor plain = attention->forward_with_weights(x).output;
  CHECK(torch::allclose(fused, plain, 1e-5, 1e-5));
  const auto gradient = [&](const torch::Tensor& y) {
    return torch::autograd::grad({(y * direction).sum()}, {x}, {}, true)[0];
  };
  CHECK(torch::allclose(gradient(fused), gradient(plain), 1e-4, 1e-4));
}

TEST_CASE("The attention weights are softmax(q k^T / sqrt(Dh)) of each head") {
  MultiHeadAttention attention(AttentionOptions{.dim = 8, .num_heads = 2});
  randomize(attention);
  const torch::Tensor x = random_tokens({1, 3, 8});
  const torch::Tensor qkv =
      torch::linear(x, attention->qkv->weight, attention->qkv->bias)[0];  // [3, 24]
  const torch::Tensor q = qkv.slice(1, 4, 8), k = qkv.slice(1, 12, 16);   // the second head
  const torch::Tensor expected = (q.matmul(k.t()) / 2.0).softmax(-1);
  CHECK(torch::allclose(attention->forward_with_weights(x).weights[0][1], expected, 1e-5, 1e-6));
}

TEST_CASE("Dropout of attention weights changes training only, and only as its random scope says") {
  MultiHeadAttention attention(AttentionOptions{.dim = 16, .num_heads = 2, .attn_drop = 0.5});
  randomize(attention);
  const torch::Tensor x = random_tokens({2, 6, 16});
  const auto trained = [&](std::uint64_t seed) {
    const vit::RandomScope scope(Rng(seed, Stream::model));
    return attention(x);
  };
  attention->train();
  CHECK(torch::equal(trained(1), trained(1)));
  CHECK_FALSE(torch::allclose(trained(1), trained(2)));
  attention->eval();
  CHECK(torch::allclose(attention(x), attention->forward_with_weights(x).output, 1e-5, 1e-5));
}

TEST_CASE("Heads that do not divide the width are refused with both numbers") {
  CHECK_THROWS_WITH(MultiHeadAttention(AttentionOptions{.dim = 10, .num_heads = 3}),
                    Catch::Contains("embed_dim 10 is not a multiple of num_heads 3"));
}

TEST_CASE("A tensor of the wrong shape is refused with the shape that was expected") {
  MultiHeadAttention attention(AttentionOptions{.dim = 8, .num_heads = 2});
  CHECK_THROWS_WITH(attention(torch::zeros({2, 4, 9})),
                    Catch::Contains("expected x [B, N, 8], got [2, 4, 9]"));
}
