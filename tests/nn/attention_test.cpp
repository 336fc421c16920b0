#include <torch/autograd.h>
#include <torch/types.h>

#include <cmath>

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
  const bool causal = GENERATE(false, true);
  MultiHeadAttention attention(AttentionOptions{.dim = 64,  // the kernels take heads of 16
                                                .num_heads = 4,
                                                .qkv_bias = qkv_bias,
                                                .qk_norm = qk_norm,
                                                .causal = causal});
  randomize(attention);
  const torch::Tensor x = random_tokens({2, 7, 64}).requires_grad_();
  const torch::Tensor direction = random_tokens({2, 7, 64});

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

namespace {

/// By the formula, with the whole bias in memory: q [Dh] towards each of N keys, and its row and
/// column in the tables.
torch::Tensor by_hand(MultiHeadAttention& attention, const torch::Tensor& x, vit::Size2 grid) {
  const std::int64_t heads = attention->options.num_heads, n = x.size(1);
  const auto parts = torch::linear(x, attention->qkv->weight, attention->qkv->bias)
                         .reshape({x.size(0), n, 3, heads, -1})
                         .permute({2, 0, 3, 1, 4})
                         .unbind(0);
  torch::Tensor bias = torch::zeros({x.size(0), heads, n, n});
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) {
      const std::int64_t down = i / grid.width - j / grid.width + grid.height - 1;
      const std::int64_t across = i % grid.width - j % grid.width + grid.width - 1;
      const torch::Tensor q = parts[0].select(2, i);
      bias.select(2, i).select(2, j).copy_(q.matmul(attention->rel_pos_h[down]) +
                                           q.matmul(attention->rel_pos_w[across]));
    }
  const double scale = 1 / std::sqrt(static_cast<double>(parts[0].size(-1)));
  const torch::Tensor weights =
      ((parts[0] * scale).matmul(parts[1].transpose(-2, -1)) + bias).softmax(-1);
  const torch::Tensor joined = weights.matmul(parts[2]).transpose(1, 2).flatten(2);
  return torch::linear(joined, attention->proj->weight, attention->proj->bias);
}

}  // namespace

TEST_CASE(
    "Decomposed positions add to the scaled products what the query itself asks of an offset") {
  MultiHeadAttention attention(AttentionOptions{
      .dim = 32, .num_heads = 2, .rel_pos = vit::RelPos::decomposed, .grid = {3, 4}});
  randomize(attention);
  const torch::Tensor x = random_tokens({2, 12, 32}).requires_grad_();
  const torch::Tensor found = attention(x);
  {
    const torch::NoGradGuard no_grad;
    CHECK(torch::allclose(found, by_hand(attention, x, {3, 4}), 1e-4, 1e-5));
  }
  // Kernel and formula agree in every gradient.
  const torch::Tensor direction = random_tokens({2, 12, 32});
  const auto gradients = [&](const torch::Tensor& y) {
    std::vector<torch::Tensor> inputs = attention->parameters();
    inputs.push_back(x);
    return torch::autograd::grad({(y * direction).sum()}, inputs, {}, true);
  };
  const auto fused = gradients(found), plain = gradients(attention->forward_with_weights(x).output);
  for (std::size_t i = 0; i < fused.size(); ++i) {
    INFO(i);
    CHECK(torch::allclose(fused[i], plain[i], 1e-3, 1e-4));
    CHECK(plain[i].abs().sum().item<double>() > 0);
  }
}

TEST_CASE("Within windows attention is that of each window, whose padding is seen like tokens") {
  const vit::RelPos rel_pos = GENERATE(vit::RelPos::none, vit::RelPos::decomposed);
  MultiHeadAttention attention(
      AttentionOptions{.dim = 32, .num_heads = 2, .rel_pos = rel_pos, .grid = {3, 5}, .window = 2});
  randomize(attention);
  MultiHeadAttention inside(
      AttentionOptions{.dim = 32, .num_heads = 2, .rel_pos = rel_pos, .grid = {2, 2}});
  randomize(inside);  // the same numbers
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = random_tokens({2, 15, 32}), found = attention(x);
  CHECK(found.sizes() == x.sizes());
  const torch::Tensor map = x.reshape({2, 3, 5, 32}), result = found.reshape({2, 3, 5, 32});
  // The window in the corner has one token of the image: (2, 4).
  torch::Tensor corner = torch::zeros({2, 4, 32});
  corner.select(1, 0).copy_(map.select(1, 2).select(1, 4));
  CHECK(torch::allclose(result.select(1, 2).select(1, 4), inside(corner).select(1, 0), 1e-4, 1e-5));
  const torch::Tensor first = map.slice(1, 0, 2).slice(2, 0, 2).reshape({2, 4, 32});
  CHECK(torch::allclose(result.slice(1, 0, 2).slice(2, 0, 2).reshape({2, 4, 32}), inside(first),
                        1e-4, 1e-5));
}

TEST_CASE("Windows are for any grid, and for patches alone") {
  MultiHeadAttention attention(AttentionOptions{
      .dim = 32, .num_heads = 2, .rel_pos = vit::RelPos::decomposed, .grid = {3, 5}, .window = 2});
  randomize(attention);
  CHECK(attention->rel_pos_h.size(0) == 3);
  CHECK(attention->forward(random_tokens({1, 24, 32}), nullptr, {4, 6}).size(1) == 24);
  CHECK_THROWS_AS(attention(random_tokens({1, 24, 32})), vit::Error);
  CHECK_THROWS_WITH(
      MultiHeadAttention(AttentionOptions{.dim = 32, .prefix_tokens = 1, .window = 2}),
      Catch::Contains("model.window_size"));
}
