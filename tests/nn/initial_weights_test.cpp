#include "vit/nn/initial_weights.h"

#include <torch/nn/functional/loss.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/optim/adamw.h>
#include <torch/types.h>

#include <cmath>
#include <thread>
#include <utility>
#include <vector>

#include "tests/catch.h"
#include "vit/models/registry.h"
#include "vit/nn/conv.h"
#include "vit/nn/encoder_block.h"
#include "vit/nn/linear.h"
#include "vit/nn/patch_embed.h"

namespace {

/// A ViT as one writes it from the parts: no class token, the mean of the tokens is classified.
struct OwnViTImpl : torch::nn::Module {
  OwnViTImpl() {
    patch_embed = register_module(
        "patch_embed", vit::PatchEmbed(vit::PatchEmbedOptions{
                           .img_size = {16, 16}, .patch_size = {4, 4}, .embed_dim = 32}));
    for (int i = 0; i < 4; ++i)
      blocks->push_back(vit::EncoderBlock(vit::EncoderBlockOptions{.dim = 32, .num_heads = 4}));
    register_module("blocks", blocks);
    head = register_module("head", vit::Linear(vit::LinearOptions{32, 4}));
  }
  torch::Tensor forward(const torch::Tensor& images) {
    torch::Tensor x = patch_embed(images);  // [B, 16, 32]
    for (const auto& block : *blocks) x = block->as<vit::EncoderBlock>()->forward(x, nullptr);
    return head(x.mean(1));
  }
  vit::PatchEmbed patch_embed{nullptr};
  torch::nn::ModuleList blocks;
  vit::Linear head{nullptr};
};
TORCH_MODULE(OwnViT);

/// Noise with a bright quarter, which is the class.
torch::Tensor images_of(const torch::Tensor& labels) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(3);
  torch::Tensor images = torch::randn({labels.size(0), 3, 16, 16}, generator);
  for (std::int64_t i = 0; i < labels.size(0); ++i) {
    const auto quarter = labels[i].item<std::int64_t>();
    images[i]
        .slice(1, 8 * (quarter / 2), 8 * (quarter / 2) + 8)
        .slice(2, 8 * (quarter % 2), 8 * (quarter % 2) + 8)
        .add_(2);
  }
  return images;
}

torch::Tensor linear_weight() { return vit::Linear(vit::LinearOptions{64, 96})->weight.detach(); }

}  // namespace

TEST_CASE("A ViT made of PatchEmbed, EncoderBlock and Linear trains as it is") {
  const vit::InitialWeights seed(5);
  OwnViT model;
  for (const auto& item : model->named_parameters()) {
    INFO(item.key());
    CHECK(item.value().isfinite().all().item<bool>());
    CHECK(item.value().abs().max().item<double>() < 2.1);
  }
  const torch::Tensor labels = torch::arange(64).remainder(4), images = images_of(labels);
  torch::optim::AdamW optimizer(model->parameters(), torch::optim::AdamWOptions(1e-3));
  std::vector<double> losses;
  for (int step = 0; step < 30; ++step) {
    optimizer.zero_grad();
    const torch::Tensor loss = torch::nn::functional::cross_entropy(model(images), labels);
    loss.backward();
    optimizer.step();
    losses.push_back(loss.item<double>());
  }
  CHECK(losses.front() == Approx(std::log(4)).margin(0.2));
  CHECK(losses.back() < 0.75 * losses.front());
}

TEST_CASE("A layer by itself starts as its description says") {
  const vit::InitialWeights seed(1);
  vit::Linear linear(vit::LinearOptions{256, 384});
  CHECK(linear->weight.std().item<double>() == Approx(0.02).epsilon(0.02));
  CHECK(std::abs(linear->weight.mean().item<double>()) < 5e-4);
  CHECK(linear->bias.abs().max().item<double>() == 0);
  vit::Conv2d conv(vit::Conv2dOptions{.in_channels = 16, .out_channels = 64, .kernel_size = 3});
  const double bound = 1 / std::sqrt(16.0 * 9);
  CHECK(conv->weight.abs().max().item<double>() <= bound);
  CHECK(conv->weight.std().item<double>() == Approx(bound / std::sqrt(3.0)).epsilon(0.03));
  CHECK(conv->bias.std().item<double>() > bound / 4);
}

TEST_CASE("Two layers differ, and the same seed gives the same ones again on any thread") {
  const auto two = [](std::uint64_t number) {
    const vit::InitialWeights seed(number);
    const torch::Tensor first = linear_weight();
    return std::pair(first, linear_weight());
  };
  const auto [a, b] = two(7);
  CHECK_FALSE(torch::equal(a, b));
  std::pair<torch::Tensor, torch::Tensor> again;
  std::thread([&] { again = two(7); }).join();
  CHECK(torch::equal(again.first, a));
  CHECK(torch::equal(again.second, b));
  CHECK_FALSE(torch::equal(two(8).first, a));
  CHECK_FALSE(torch::equal(linear_weight(), linear_weight()));  // without a seed of one's own
}

TEST_CASE("The innermost object says where weights come from, and ends with its block") {
  const vit::InitialWeights seed(7);
  {
    const vit::InitialWeights unset = vit::InitialWeights::unset();
    CHECK_FALSE(vit::InitialWeights::next());
    {
      const vit::InitialWeights other(8);
      CHECK(vit::InitialWeights::next()->u64() == vit::Rng(8).u64());
    }
    CHECK_FALSE(vit::InitialWeights::next());
  }
  CHECK(vit::InitialWeights::next()->u64() == vit::Rng(7).u64());
}

TEST_CASE("LibTorch's global generator has no part in them") {
  const vit::InitialWeights seed(7);
  torch::manual_seed(1);
  const vit::PatchEmbed first(vit::PatchEmbedOptions{.embed_dim = 8});
  torch::manual_seed(2);
  const vit::InitialWeights same(7);
  const vit::PatchEmbed second(vit::PatchEmbedOptions{.embed_dim = 8});
  CHECK(torch::equal(first->proj->weight, second->proj->weight));
  CHECK(torch::equal(first->proj->bias, second->proj->bias));
}

TEST_CASE("A whole model made by itself starts by its own init, once") {
  vit::ModelSpec spec = vit::model_spec("test_vit");
  vit::num_classes(spec) = 3;
  const auto& options = std::get<vit::ViTOptions>(spec.options);
  const auto by_hand = vit::create_model(spec);
  by_hand->init_weights(vit::Rng(9).u64());
  const vit::InitialWeights seed(9);
  vit::VisionTransformer model(options);
  for (const auto& item : by_hand->module().named_parameters()) {
    INFO(item.key());
    CHECK(torch::equal(item.value(), model->named_parameters()[item.key()]));
  }
}

TEST_CASE("A layer in another default type starts too") {
  const auto before = torch::get_default_dtype();
  torch::set_default_dtype(caffe2::TypeMeta::Make<double>());
  const torch::Tensor weight = linear_weight();
  torch::set_default_dtype(before);
  CHECK(weight.scalar_type() == torch::kFloat64);
  CHECK(weight.std().item<double>() == Approx(0.02).epsilon(0.05));
}
