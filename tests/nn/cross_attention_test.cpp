#include "vit/nn/cross_attention.h"

#include <torch/autograd.h>
#include <torch/nn/functional/activation.h>
#include <torch/types.h>

#include <string>
#include <tuple>
#include <vector>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"
#include "vit/nn/initial_weights.h"
#include "vit/nn/random.h"

using vit::CrossAttention;
using vit::CrossAttentionOptions;

namespace {

CrossAttention attention_of(CrossAttentionOptions options) {
  CrossAttention attention(options);
  vit::test::randomize(attention);
  return attention;
}

const CrossAttentionOptions kSmall{.dim = 12, .memory_dim = 20, .num_heads = 3};

torch::Tensor queries() { return vit::test::random_tensor({2, 4, 12}, 1); }
torch::Tensor memory() { return vit::test::random_tensor({2, 6, 20}, 2); }

/// LibTorch's own multi-head attention with the same weights; it has the batch second.
torch::Tensor by_libtorch(CrossAttention& a, const torch::Tensor& x, const torch::Tensor& memory,
                          const torch::Tensor& key_mask = {}) {
  namespace F = torch::nn::functional;
  const torch::Tensor biases = torch::cat({a->q_proj->bias, a->k_proj->bias, a->v_proj->bias});
  auto options =
      F::MultiheadAttentionForwardFuncOptions(a->options.dim, a->options.num_heads, {}, biases, {},
                                              {}, false, 0.0, a->proj->weight, a->proj->bias)
          .training(false)
          .need_weights(false)
          .use_separate_proj_weight(true)
          .q_proj_weight(a->q_proj->weight)
          .k_proj_weight(a->k_proj->weight)
          .v_proj_weight(a->v_proj->weight);
  if (key_mask.defined()) options.key_padding_mask(key_mask.logical_not());
  const torch::Tensor m = memory.transpose(0, 1);
  return std::get<0>(F::multi_head_attention_forward(x.transpose(0, 1), m, m, options))
      .transpose(0, 1);
}

}  // namespace

TEST_CASE("CrossAttention looks from one sequence at another of another width") {
  CrossAttention attention = attention_of(kSmall);
  const torch::Tensor y = attention(queries(), memory());
  CHECK(y.sizes() == at::IntArrayRef({2, 4, 12}));
  CHECK(torch::allclose(y, by_libtorch(attention, queries(), memory()), 1e-5, 1e-5));
}

TEST_CASE("Masked tokens of the memory do not count in CrossAttention") {
  CrossAttention attention = attention_of(kSmall);
  torch::Tensor mask = torch::ones({2, 6}, torch::kBool);
  mask[0].narrow(0, 4, 2).zero_();
  mask[1].narrow(0, 0, 3).zero_();
  const torch::Tensor y = attention->forward(queries(), memory(), {.keys = mask});
  CHECK(torch::allclose(y, by_libtorch(attention, queries(), memory(), mask), 1e-5, 1e-5));
  const torch::Tensor shorter =
      attention(queries().narrow(0, 0, 1), memory().narrow(0, 0, 1).narrow(1, 0, 4));
  CHECK(torch::allclose(y[0], shorter[0], 1e-5, 1e-5));
}

TEST_CASE("A memory of which nothing counts leaves the projection's bias") {
  CrossAttention attention = attention_of(kSmall);
  const torch::Tensor none = torch::zeros({2, 6}, torch::kBool);
  const torch::Tensor y = attention->forward(queries(), memory(), {.keys = none});
  CHECK(torch::allclose(y, attention->proj->bias.expand_as(y)));
}

TEST_CASE("A memory's keys and values can be made once, and grow while x is its own memory") {
  CrossAttention attention = attention_of(kSmall);
  CHECK(torch::equal(attention->look(queries(), attention->project(memory())),
                     attention(queries(), memory())));
  CrossAttention self = attention_of({.dim = 12, .num_heads = 3});
  const torch::Tensor x = queries(), whole = self->forward(x, x, {.causal = true});
  vit::KeysAndValues kept = self->project(x.narrow(1, 0, 3));
  const vit::KeysAndValues last = self->project(x.narrow(1, 3, 1));
  kept = {torch::cat({kept.k, last.k}, 2), torch::cat({kept.v, last.v}, 2)};
  CHECK(torch::allclose(self->look(x.narrow(1, 3, 1), kept, {.causal = true}),
                        whole.narrow(1, 3, 1), 1e-5, 1e-6));
}

TEST_CASE("Gradients reach every weight of CrossAttention, its queries and its memory") {
  CrossAttention attention = attention_of({.dim = 12, .memory_dim = 20, .num_heads = 3});
  const torch::Tensor x = queries().requires_grad_(), m = memory().requires_grad_();
  // A bias of the keys adds the same to all logits of a query.
  for (const std::string& name : vit::test::without_gradient(attention, attention(x, m)))
    CHECK(name == "k_proj.bias");
  const auto ours = torch::autograd::grad({attention(x, m).square().sum()}, {x, m});
  const auto theirs = torch::autograd::grad({by_libtorch(attention, x, m).square().sum()}, {x, m});
  CHECK(torch::allclose(ours[0], theirs[0], 1e-4, 1e-4));
  CHECK(torch::allclose(ours[1], theirs[1], 1e-4, 1e-4));
}

TEST_CASE("CrossAttention starts as its linear layers do, with biases where they are wanted") {
  const vit::InitialWeights seed(1);
  CrossAttention attention(CrossAttentionOptions{.dim = 64, .qkv_bias = false});
  CHECK(attention->options.memory_dim == 64);
  CHECK(attention->named_parameters().keys() ==
        std::vector<std::string>{"q_proj.weight", "k_proj.weight", "v_proj.weight", "proj.weight",
                                 "proj.bias"});
  CHECK(attention->k_proj->weight.std().item<double>() == Approx(0.02).epsilon(0.05));
}

TEST_CASE("Dropout of CrossAttention changes training only") {
  CrossAttention attention =
      attention_of({.dim = 12, .memory_dim = 20, .num_heads = 3, .attn_drop = 0.5});
  const auto trained = [&](std::uint64_t number) {
    const vit::RandomScope scope(vit::Rng(number, vit::Stream::model));
    return attention(queries(), memory());
  };
  CHECK(torch::equal(trained(1), trained(1)));
  CHECK_FALSE(torch::allclose(trained(1), trained(2)));
  attention->eval();
  CHECK(torch::allclose(attention(queries(), memory()), by_libtorch(attention, queries(), memory()),
                        1e-5, 1e-5));
}

TEST_CASE("CrossAttention refuses heads and shapes that do not fit, with the numbers") {
  CHECK_THROWS_WITH(CrossAttention(CrossAttentionOptions{.dim = 10, .num_heads = 3}),
                    Catch::Contains("dim 10 is not a multiple of num_heads 3"));
  CrossAttention attention = attention_of(kSmall);
  CHECK_THROWS_WITH(attention(queries(), queries()),
                    Catch::Contains("expected memory [B, N, 20], got [2, 4, 12]"));
  CHECK_THROWS_WITH(attention(memory(), memory()),
                    Catch::Contains("expected x [2, M, 12], got [2, 6, 20]"));
}
