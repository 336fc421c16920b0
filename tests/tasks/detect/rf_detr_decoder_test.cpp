#include "vit/tasks/detect/rf_detr_decoder.h"

#include <torch/types.h>
#include <torch/utils.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "tests/tasks/detect/windowed_vit.h"

using vit::test::random_tensor;

TEST_CASE("Self-attention is torch.nn.MultiheadAttention's, within each group") {
  vit::GroupAttention attention(8, 2);
  vit::test::randomize(attention);
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = random_tensor({2, 6, 8}), positions = random_tensor({2, 6, 8}, 5);
  const torch::Tensor both = attention(x, positions, 2);
  for (std::int64_t group = 0; group < 2; ++group) {
    const auto part = [&](const torch::Tensor& all) { return all.narrow(1, 3 * group, 3); };
    CHECK(torch::allclose(part(both), attention(part(x), part(positions), 1), 1e-5, 1e-6));
  }
  // By the formula, of one group.
  const auto rows = [&](std::int64_t from) {
    return (from < 16 ? x + positions : x)
               .matmul(attention->in_proj_weight.narrow(0, from, 8).t()) +
           attention->in_proj_bias.narrow(0, from, 8);
  };
  const auto heads = [](const torch::Tensor& all) {
    return all.view({2, 6, 2, 4}).transpose(1, 2);
  };
  const torch::Tensor weights =
      heads(rows(0)).matmul(heads(rows(8)).transpose(2, 3)).div(2).softmax(-1);
  const torch::Tensor joined = weights.matmul(heads(rows(16))).transpose(1, 2).flatten(2);
  CHECK(torch::allclose(attention(x, positions, 1), attention->out_proj(joined), 1e-4, 1e-5));
}

TEST_CASE(
    "The decoder gives every layer's output, and uses every weight under its source's names") {
  vit::RfDetrDecoder decoder(vit::test::small_rf_detr());
  vit::test::randomize(decoder);
  const vit::DecoderMemory memory{random_tensor({2, 12, 16}, 7), {3, 4}};
  const auto outputs =
      decoder->forward(random_tensor({2, 15, 16}), torch::full({2, 15, 4}, 0.3), memory, 3);
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[1].sizes() == torch::IntArrayRef({2, 15, 16}));
  CHECK(vit::test::without_gradient(decoder, outputs[1]).empty());
  const auto parameters = decoder->named_parameters();
  for (const char* name : {"layers.1.self_attn.in_proj_weight", "layers.0.self_attn.out_proj.bias",
                           "layers.0.cross_attn.sampling_offsets.weight", "layers.1.linear2.weight",
                           "layers.1.norm3.weight", "norm.bias", "ref_point_head.layers.1.weight"})
    CHECK(parameters.contains(name));
}
