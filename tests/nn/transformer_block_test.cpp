#include "vit/nn/transformer_block.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"
#include "vit/nn/parallel_scaling_block.h"
#include "vit/nn/parallel_things_block.h"
#include "vit/nn/res_post_block.h"

namespace {

vit::EncoderBlockOptions small_block() {
  vit::EncoderBlockOptions options;
  options.dim = 8;
  options.num_heads = 2;
  options.mlp_ratio = 2;
  return options;
}

const torch::Tensor kTokens = vit::test::random_tensor({2, 5, 8});

}  // namespace

TEST_CASE("ResPostBlock: x + LN(A(x)), then x + LN(M(x))") {
  vit::ResPostBlock block(small_block());
  vit::test::randomize(block);
  const torch::Tensor attended = kTokens + block->norm1(block->attn(kTokens));
  CHECK(torch::equal(block(kTokens), attended + block->norm2(block->mlp(attended))));
}

TEST_CASE("ParallelScalingBlock: x + A(LN(x)) + M(LN(x)) with one projection into both") {
  for (const bool qkv_bias : {true, false}) {
    vit::EncoderBlockOptions options = small_block();
    options.attn.qkv_bias = qkv_bias;
    options.attn.qk_norm = true;
    options.init_values = 0.5;
    vit::ParallelScalingBlock block(options);
    vit::test::randomize(block);
    const auto parts = block->in_proj(block->in_norm(kTokens)).split_with_sizes({16, 8, 8, 8}, -1);
    const auto heads = [](const torch::Tensor& x) {
      return x.unflatten(-1, {2, 4}).transpose(1, 2);
    };
    const torch::Tensor q = block->q_norm(heads(parts[1])), k = block->k_norm(heads(parts[2]));
    const torch::Tensor weights = (q.matmul(k.transpose(-2, -1)) / 2.0).softmax(-1);
    const torch::Tensor attended = weights.matmul(heads(parts[3])).transpose(1, 2).flatten(2);
    const torch::Tensor inner = qkv_bias ? parts[0] : parts[0] + block->mlp_bias;
    const torch::Tensor branch =
        block->attn_out_proj(attended) + block->mlp_out_proj(torch::gelu(inner));
    CHECK(torch::allclose(block(kTokens), kTokens + branch * block->ls->gamma, 1e-5, 1e-5));
    CHECK(vit::test::without_gradient(block, block(kTokens)).empty());
  }
}

TEST_CASE("ParallelThingsBlock: two attentions side by side, then two MLPs") {
  vit::ParallelThingsBlock block(small_block());
  vit::test::randomize(block);
  const auto branch = [&](torch::nn::ModuleList list, std::size_t index, const torch::Tensor& x) {
    return vit::scaled(list[index]->as<vit::ParallelBranchImpl>()->forward(x, nullptr));
  };
  const torch::Tensor attended =
      kTokens + branch(block->attns, 0, kTokens) + branch(block->attns, 1, kTokens);
  const torch::Tensor expected =
      attended + branch(block->ffns, 0, attended) + branch(block->ffns, 1, attended);
  CHECK(torch::allclose(block(kTokens), expected, 1e-6, 1e-6));
  CHECK(torch::equal(vit::test::clone_of(block)(kTokens), block(kTokens)));
  CHECK(block->named_parameters().contains("attns.1.attn.qkv.weight"));
  CHECK(block->named_parameters().contains("ffns.0.mlp.fc2.bias"));
}

TEST_CASE("A block's width, heads and MLP ratio are those of its parts") {
  const vit::EncoderBlockOptions options =
      vit::resolved(vit::EncoderBlockOptions{.dim = 12, .num_heads = 3, .mlp_ratio = 2.5});
  CHECK(options.attn.dim == 12);
  CHECK(options.attn.num_heads == 3);
  CHECK(options.mlp.in_features == 12);
  CHECK(options.mlp.hidden_features == 30);
  CHECK(options.norm.dim == 12);
  CHECK(vit::resolved(options).mlp.hidden_features == 30);
}

TEST_CASE("What a part's own options say counts: heads and the MLP's width") {
  const vit::EncoderBlockOptions options = vit::resolved(
      vit::EncoderBlockOptions{.dim = 12, .attn = {.num_heads = 2}, .mlp = {.hidden_features = 7}});
  CHECK(options.num_heads == 2);
  CHECK(options.attn.num_heads == 2);
  CHECK(options.mlp.hidden_features == 7);
  CHECK(vit::resolved(vit::EncoderBlockOptions{.dim = 16}).num_heads == 8);
}

TEST_CASE("The MLP's width is rounded up where it is to be aligned") {
  vit::EncoderBlockOptions options = small_block();
  options.mlp_ratio = 2.2;  // 17.6 channels
  CHECK(vit::resolved(options).mlp.hidden_features == 17);
  options.mlp.align_to = 8;
  CHECK(vit::resolved(options).mlp.hidden_features == 24);
}

TEST_CASE("Blocks have timm's names") {
  CHECK(vit::block_kind("Block") == vit::BlockKind::pre_norm);
  CHECK(vit::block_kind("ParallelThingsBlock") == vit::BlockKind::parallel_things);
  CHECK_THROWS_AS(vit::block_kind("block"), vit::Error);
}
