#include "vit/nn/decoder_block.h"

#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/nn/random.h"

using vit::DecoderBlock;
using vit::test::random_tensor;

namespace {

DecoderBlock decoder_block_of(vit::DecoderBlockOptions options) {
  DecoderBlock block(options);
  vit::test::randomize(block);
  return block;
}

const vit::DecoderBlockOptions kSmallBlock{.dim = 12, .memory_dim = 20, .num_heads = 3};

torch::Tensor word_features() { return random_tensor({2, 5, 12}, 1); }
torch::Tensor image_memory() { return random_tensor({2, 7, 20}, 2); }

}  // namespace

TEST_CASE(
    "A decoder block looks at its tokens, then at the memory, then thinks, each after a norm") {
  DecoderBlock block = decoder_block_of(kSmallBlock);
  torch::Tensor x = word_features();
  const torch::Tensor y = block(x, image_memory());
  const torch::Tensor own = block->norm1(x);
  x = x + block->self_attn->forward(own, own, {.causal = true});
  x = x + block->cross_attn(block->norm2(x), image_memory());
  x = x + block->mlp(block->norm3(x));
  CHECK(torch::allclose(y, x, 1e-5, 1e-5));
}

TEST_CASE("A decoder block with a cache gives, token by token, what it gives of all at once") {
  const torch::NoGradGuard no_grad;
  DecoderBlock block = decoder_block_of(kSmallBlock);
  const torch::Tensor whole = block(word_features(), image_memory());
  vit::DecoderBlockImpl::Cache cache;
  for (std::int64_t i = 0; i < 5; ++i) {
    // The memory is looked up in the first step alone.
    const torch::Tensor seen = i == 0 ? image_memory() : torch::zeros({2, 7, 20});
    const torch::Tensor step =
        block->forward(word_features().narrow(1, i, 1), seen, {.causal = true}, &cache);
    CHECK(torch::allclose(step, whole.narrow(1, i, 1), 1e-5, 1e-6));
    CHECK(cache.tokens.k.size(2) == i + 1);
  }
}

TEST_CASE("Gradients reach every weight of a decoder block, and a copy is equal") {
  DecoderBlock block = decoder_block_of(kSmallBlock);
  for (const std::string& name :
       vit::test::without_gradient(block, block(word_features(), image_memory()))) {
    INFO(name);  // a bias of the keys adds the same to all logits of a query
    CHECK(name.ends_with("k_proj.bias"));
  }
  DecoderBlock copy = vit::test::clone_of(block);
  CHECK(
      torch::equal(copy(word_features(), image_memory()), block(word_features(), image_memory())));
}

TEST_CASE("Dropout and stochastic depth of a decoder block change training only") {
  DecoderBlock block = decoder_block_of(
      {.dim = 12, .memory_dim = 20, .num_heads = 3, .drop = 0.3, .drop_path = 0.5});
  const auto trained = [&](std::uint64_t number) {
    const vit::RandomScope scope(vit::Rng(number, vit::Stream::model));
    return block(word_features(), image_memory());
  };
  CHECK(torch::equal(trained(1), trained(1)));
  CHECK_FALSE(torch::allclose(trained(1), trained(2)));
  block->eval();
  CHECK(
      torch::equal(block(word_features(), image_memory()), block(word_features(), image_memory())));
}
