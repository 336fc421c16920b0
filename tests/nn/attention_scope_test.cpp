#include "vit/nn/attention_scope.h"

#include <ATen/record_function.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/nn/attention.h"
#include "vit/nn/attention_pool.h"
#include "vit/nn/cross_attention.h"
#include "vit/nn/encoder.h"

using vit::AttentionScope;

namespace {

struct Heard {
  std::vector<std::int64_t> numbers;
  std::vector<torch::Tensor> weights;
  AttentionScope::Sink sink() {
    return [this](std::int64_t number, const torch::Tensor& shown) {
      numbers.push_back(number);
      weights.push_back(shown.detach());
    };
  }
};

thread_local int fused_attentions = 0;

std::unique_ptr<at::ObserverContext> count_fused(const at::RecordFunction& function) {
  const std::string_view name = function.name();
  if (name == "vit::attention" || name == "aten::scaled_dot_product_attention") ++fused_attentions;
  return nullptr;
}

/// How many fused attentions `forward` computes, of ours or of LibTorch.
template <class Forward>
int fused_in(const Forward& forward) {
  fused_attentions = 0;
  const at::CallbackHandle handle =
      at::addThreadLocalCallback(at::RecordFunctionCallback(&count_fused));
  forward();
  at::removeCallback(handle);
  return fused_attentions;
}

/// What `forward` gives within a scope is what it gives without one, and `shapes` are heard.
template <class Forward>
void check_heard(const Forward& forward, const std::vector<std::vector<std::int64_t>>& shapes) {
  const torch::Tensor before = forward();
  Heard heard;
  {
    const AttentionScope scope(heard.sink());
    CHECK(torch::allclose(forward(), before, 1e-5, 1e-5));
  }
  CHECK(torch::equal(forward(), before));
  CHECK(fused_in(forward) == static_cast<int>(shapes.size()));
  {
    const AttentionScope scope([](std::int64_t /*number*/, const torch::Tensor& /*weights*/) {});
    CHECK(fused_in(forward) == 0);
  }
  REQUIRE(heard.weights.size() == shapes.size());
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    CHECK(heard.numbers[i] == static_cast<std::int64_t>(i));
    CHECK(heard.weights[i].sizes() == at::IntArrayRef(shapes[i]));
    const torch::Tensor sums = heard.weights[i].sum(-1);
    CHECK(torch::allclose(sums, torch::ones_like(sums)));
  }
}

torch::Tensor nine_tokens() { return vit::test::random_tensor({2, 9, 64}); }

}  // namespace

TEST_CASE("Every block of an encoder shows its attention's weights, in order and of every kind") {
  using vit::BlockKind;
  for (const BlockKind kind : {BlockKind::pre_norm, BlockKind::res_post,
                               BlockKind::parallel_scaling, BlockKind::parallel_things}) {
    vit::Encoder encoder(
        vit::EncoderOptions{.depth = 3, .block = {.dim = 64, .num_heads = 4, .kind = kind}});
    vit::test::randomize(encoder);
    const torch::NoGradGuard no_grad;
    for (torch::Tensor& parameter : encoder->parameters()) parameter.mul_(0.2);
    const std::size_t heard = kind == BlockKind::parallel_things ? 6 : 3;
    check_heard([&] { return encoder(nine_tokens()); },
                std::vector<std::vector<std::int64_t>>(heard, {2, 4, 9, 9}));
  }
}

TEST_CASE("AttentionPool and CrossAttention show their weights too") {
  vit::AttentionPool pool(vit::AttentionPoolOptions{.dim = 64, .num_heads = 4});
  check_heard([&] { return pool(nine_tokens()); }, {{2, 4, 1, 9}});
  vit::CrossAttention cross(vit::CrossAttentionOptions{.dim = 64, .num_heads = 4});
  const torch::Tensor x = vit::test::random_tensor({2, 3, 64}, 5);
  check_heard([&] { return cross(x, nine_tokens()); }, {{2, 4, 3, 9}});
}

TEST_CASE("The weights of a causal attention are 0 above the diagonal") {
  vit::MultiHeadAttention attention(
      vit::AttentionOptions{.dim = 64, .num_heads = 4, .causal = true});
  vit::test::randomize(attention);
  const torch::Tensor weights = attention->forward_with_weights(nine_tokens()).weights;
  CHECK(torch::equal(weights, weights.tril()));
  const torch::Tensor sums = weights.sum(-1);
  CHECK(torch::allclose(sums, torch::ones_like(sums)));
  CHECK(torch::allclose(attention(nine_tokens()),
                        attention->forward_with_weights(nine_tokens()).output, 1e-5, 1e-5));
  CHECK(torch::allclose(attention(nine_tokens().narrow(1, 0, 4)),
                        attention(nine_tokens()).narrow(1, 0, 4), 1e-5, 1e-5));
}

TEST_CASE("The innermost scope hears, and numbers for itself") {
  vit::MultiHeadAttention attention(vit::AttentionOptions{.dim = 64, .num_heads = 4});
  CHECK_FALSE(AttentionScope::active());
  Heard outer, inner;
  {
    const AttentionScope around(outer.sink());
    CHECK(AttentionScope::active());
    attention(nine_tokens());
    {
      const AttentionScope within(inner.sink());
      attention(nine_tokens());
    }
    attention(nine_tokens());
  }
  CHECK_FALSE(AttentionScope::active());
  attention(nine_tokens());
  CHECK(outer.numbers == std::vector<std::int64_t>{0, 1});
  CHECK(inner.numbers == std::vector<std::int64_t>{0});
}

TEST_CASE("A scope hears its own thread only, and ends with an exception") {
  Heard heard;
  try {
    const AttentionScope scope(heard.sink());
    std::thread([] { CHECK_FALSE(AttentionScope::active()); }).join();
    throw 1;
  } catch (int) {
  }
  CHECK_FALSE(AttentionScope::active());
}

TEST_CASE("Gradients flow through the weights that are shown") {
  vit::MultiHeadAttention attention(vit::AttentionOptions{.dim = 64, .num_heads = 4});
  vit::test::randomize(attention);
  attention->forward_with_weights(nine_tokens()).weights.square().sum().backward();
  CHECK(attention->qkv->weight.grad().abs().max().item<float>() > 0);
}
