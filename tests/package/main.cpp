// A Vision Transformer of one's own, made of the library's parts and trained for a few steps: what
// README.md shows.
#include <torch/nn/functional/loss.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/optim/adamw.h>

#include <cmath>
#include <cstdio>

#include "vit/nn/encoder_block.h"
#include "vit/nn/linear.h"
#include "vit/nn/patch_embed.h"

struct OwnViTImpl : torch::nn::Module {
  vit::PatchEmbed patch_embed{
      vit::PatchEmbedOptions{.img_size = {32, 32}, .patch_size = {8, 8}, .embed_dim = 64}};
  torch::nn::ModuleList blocks;
  vit::Linear head{vit::LinearOptions{.in_features = 64, .out_features = 10}};

  OwnViTImpl() {
    register_module("patch_embed", patch_embed);
    register_module("blocks", blocks);
    register_module("head", head);
    for (int i = 0; i < 4; ++i) {
      blocks->push_back(vit::EncoderBlock(vit::EncoderBlockOptions{.dim = 64, .num_heads = 4}));
    }
  }
  torch::Tensor forward(const torch::Tensor& x) {  // [B, 3, 32, 32] -> [B, 10]
    torch::Tensor tokens = patch_embed->forward(x);
    for (const auto& block : *blocks) tokens = block->as<vit::EncoderBlock>()->forward(tokens);
    return head->forward(tokens.mean(1));
  }
};
TORCH_MODULE(OwnViT);

int main() {
  torch::manual_seed(0);
  OwnViT model;
  torch::optim::AdamW optimizer(model->parameters(), torch::optim::AdamWOptions(1e-3));
  const torch::Tensor images = torch::randn({64, 3, 32, 32});
  const torch::Tensor labels = torch::randint(10, {64}, torch::kLong);
  double first = 0, last = 0;
  for (int step = 0; step < 30; ++step) {
    const torch::Tensor loss = torch::nn::functional::cross_entropy(model->forward(images), labels);
    optimizer.zero_grad();
    loss.backward();
    optimizer.step();
    last = loss.item<double>();
    if (step == 0) first = last;
  }
  std::printf("loss %.3f -> %.3f\n", first, last);
  return std::isfinite(last) && last < 0.5 * first ? 0 : 1;
}
