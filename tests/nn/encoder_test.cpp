#include "vit/nn/encoder.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/nn/encoder_block.h"

using vit::Encoder;

namespace {

Encoder encoder_of(std::int64_t depth, double drop_path = 0) {
  vit::EncoderOptions options;
  options.depth = depth;
  options.block.dim = 8;
  options.block.num_heads = 2;
  options.block.drop_path = drop_path;
  Encoder encoder(options);
  vit::test::randomize(encoder);
  return encoder;
}

double drop_path_of(const Encoder& encoder, std::size_t block) {
  return encoder->children()[block]->as<vit::EncoderBlockImpl>()->options.drop_path;
}

}  // namespace

TEST_CASE("An encoder is its blocks in turn, named by their numbers") {
  Encoder encoder = encoder_of(3);
  const torch::Tensor x = vit::test::random_tensor({2, 5, 8});
  CHECK(encoder->named_children().keys() == std::vector<std::string>{"0", "1", "2"});
  torch::Tensor expected = x;
  for (vit::TransformerBlock* block : encoder->blocks) expected = block->forward(expected, nullptr);
  CHECK(torch::equal(encoder(x), expected));
  CHECK(vit::test::without_gradient(encoder, encoder(x)).empty());
}

TEST_CASE("The drop path rate rises linearly from 0 in the first block to the given one") {
  Encoder encoder = encoder_of(5, 0.2);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(drop_path_of(encoder, i) == Approx(0.05 * static_cast<double>(i)));
  CHECK(drop_path_of(encoder_of(1, 0.2), 0) == 0);  // as timm's
}

TEST_CASE("A clone has blocks of its own, with the same weights") {
  Encoder encoder = encoder_of(2);
  Encoder copy = vit::test::clone_of(encoder);
  const torch::Tensor x = vit::test::random_tensor({2, 5, 8});
  CHECK(copy->blocks.size() == 2);
  CHECK(torch::equal(copy(x), encoder(x)));
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : copy->parameters()) parameter.zero_();
  CHECK_FALSE(torch::equal(copy(x), encoder(x)));
}

TEST_CASE("An encoder without blocks changes nothing") {
  const torch::Tensor x = vit::test::random_tensor({1, 3, 8});
  CHECK(torch::equal(encoder_of(0)(x), x));
}

TEST_CASE("With windows the blocks that are named attend without them") {
  vit::EncoderOptions options;
  options.depth = 3;
  options.block.dim = 8;
  options.block.num_heads = 2;
  options.block.attn.grid = {4, 4};
  options.block.attn.window = 2;
  options.global_blocks = {1};
  Encoder encoder(options);
  vit::test::randomize(encoder);
  const auto window_of = [&](std::size_t block) {
    return encoder->children()[block]->as<vit::EncoderBlockImpl>()->options.attn.window;
  };
  CHECK(window_of(0) == 2);
  CHECK(window_of(1) == 0);
  CHECK(window_of(2) == 2);
  // What changes in one corner of the image reaches the other corner by the block without windows.
  const torch::NoGradGuard no_grad;
  torch::Tensor x = vit::test::random_tensor({1, 16, 8}), other = x.clone();
  other[0][0][0].add_(1);
  std::vector<double> seen;
  std::vector<torch::Tensor> before;
  encoder->forward(x, nullptr,
                   [&](std::size_t, const torch::Tensor& out) { before.push_back(out); });
  encoder->forward(other, nullptr, [&](std::size_t i, const torch::Tensor& out) {
    seen.push_back((out - before[i])[0][15].abs().sum().item<double>());
  });
  CHECK(seen[0] == 0);
  CHECK(seen[1] > 0);
}
