#include "vit/nn/encoder_block.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/module.h"
#include "vit/nn/random.h"

using vit::EncoderBlock;
using vit::EncoderBlockOptions;

namespace {

EncoderBlock block_of(const std::function<void(EncoderBlockOptions&)>& change = [](auto&) {}) {
  EncoderBlockOptions options;
  options.dim = 8;
  options.num_heads = 2;
  change(options);
  EncoderBlock block(options);
  vit::test::randomize(block);
  block->eval();
  return block;
}

const torch::Tensor& tokens() {
  static const torch::Tensor x = vit::test::random_tensor({2, 5, 8});
  return x;
}

}  // namespace

TEST_CASE("A block is x + Attention(LN(x)), then that + MLP(LN(of that))") {
  EncoderBlock block = block_of();
  const torch::Tensor& x = tokens();
  const torch::Tensor attended = x + block->attn(block->norm1(x));
  const torch::Tensor expected = attended + block->mlp(block->norm2(attended));
  CHECK(block(x).sizes() == x.sizes());
  CHECK(torch::allclose(block(x), expected, 1e-5, 1e-6));
}

TEST_CASE("With init_values LayerScale stands behind each branch; at 0 the block is the identity") {
  CHECK_FALSE(block_of()->named_parameters().contains("ls1.gamma"));
  EncoderBlock block = block_of([](auto& o) { o.init_values = 1e-5; });
  REQUIRE(block->named_parameters().contains("ls1.gamma"));
  REQUIRE(block->named_parameters().contains("ls2.gamma"));
  CHECK_FALSE(torch::allclose(block(tokens()), tokens()));
  const torch::NoGradGuard no_grad;
  block->ls1->gamma.zero_();
  block->ls2->gamma.zero_();
  CHECK(torch::equal(block(tokens()), tokens()));
}

TEST_CASE("Drop path takes both branches from a sample, in training only") {
  EncoderBlock block = block_of([](auto& o) { o.drop_path = 1.0; });
  CHECK_FALSE(torch::allclose(block(tokens()), tokens()));
  block->train();
  const vit::RandomScope scope(vit::Rng(1, vit::Stream::model));
  CHECK(torch::equal(block(tokens()), tokens()));
}

TEST_CASE("Gradients reach every parameter of a block") {
  EncoderBlock block = block_of([](auto& o) {
    o.attn.qk_norm = true;
    o.init_values = 0.1;
  });
  CHECK(vit::test::without_gradient(block, block(tokens())).empty());
}

TEST_CASE("The options reach the parts of a block") {
  EncoderBlock block = block_of([](auto& o) {
    o.mlp_ratio = 2.5;
    o.attn.qkv_bias = false;
    o.norm.eps = 1e-3;
  });
  CHECK(block->mlp->fc1->weight.size(0) == 20);
  CHECK_FALSE(block->named_parameters().contains("attn.qkv.bias"));
  CHECK(block->norm1->options.eps == 1e-3);
  CHECK(block->norm2->options.eps == 1e-3);
}

TEST_CASE("A clone of a block computes the same, and so does one that was saved and loaded") {
  EncoderBlock block = block_of([](auto& o) { o.init_values = 0.1; });
  EncoderBlock copy = vit::test::clone_of(block);
  CHECK(torch::equal(copy(tokens()), block(tokens())));
  EncoderBlock read = vit::test::saved_and_loaded(block, EncoderBlock(block->options));
  read->eval();
  CHECK(torch::equal(read(tokens()), block(tokens())));
  const torch::NoGradGuard no_grad;
  copy->mlp->fc1->weight.zero_();
  CHECK_FALSE(torch::equal(copy(tokens()), block(tokens())));
}
