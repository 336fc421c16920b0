#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/gpu.h"
#include "vit/models/registry.h"
#include "vit/nn/init.h"
#include "vit/nn/random.h"

namespace {

struct Outcome {
  torch::Tensor logits;
  std::vector<std::pair<std::string, torch::Tensor>> gradients;
};

Outcome outcome_on(c10::Device device, vit::ModelSpec spec) {
  vit::num_classes(spec) = 10;
  const auto model = vit::create_model(spec);
  model->init_weights(5);
  model->module().to(device);
  model->module().eval();
  torch::Tensor images =
      torch::empty({2, model->in_chans(), model->img_size().height, model->img_size().width});
  vit::init::normal(images, 1.0, vit::Rng(1, vit::Stream::bench));
  Outcome outcome;
  outcome.logits = model->forward(images.to(device));
  outcome.logits.square().sum().backward();
  outcome.logits = outcome.logits.detach().to(torch::kCPU);
  for (const auto& item : model->module().named_parameters())
    if (item.value().grad().defined())
      outcome.gradients.emplace_back(item.key(), item.value().grad().to(torch::kCPU));
  return outcome;
}

}  // namespace

TEST_CASE("A model of each kind has the logits and gradients on a GPU that it has on the CPU") {
  const auto device = vit::test::gpu();
  if (!device) return;
  const std::string name = GENERATE(
      "test_vit", "test_vit2", "test_vit3", "test_vit4", "vit_tiny_patch16_224",
      "deit_tiny_distilled_patch16_224", "vit_wee_patch16_reg1_gap_256",
      "vit_small_patch16_rope_ape_224", "eva02_tiny_patch14_224", "vit_tiny_patch16_dinov3_qkvb",
      "vit_small_patch16_18x2_224", "test_convnext", "resnet18", "resnet20_cifar", "cct_2_3x2_32",
      "cct_7_3x1_32_sine", "cvt_6_4_32", "vit_lite_6_4_32", "linear");
  INFO(name);
  const vit::test::ExactConvolutions exact;
  const Outcome here = outcome_on(c10::kCPU, vit::model_spec(name)),
                there = outcome_on(*device, vit::model_spec(name));
  const auto relative = [](const torch::Tensor& a, const torch::Tensor& b) {
    return ((a - b).norm() / b.norm().clamp_min(1e-12)).item<double>();
  };
  CHECK(relative(there.logits, here.logits) < 1e-4);
  REQUIRE(there.gradients.size() == here.gradients.size());
  double worst = 0;
  std::string of;
  for (std::size_t i = 0; i < here.gradients.size(); ++i) {
    // Some gradients are zero but for rounding, as that of the keys' bias.
    if (here.gradients[i].second.norm().item<double>() < 1e-5) continue;
    const double error = relative(there.gradients[i].second, here.gradients[i].second);
    if (error > worst) {
      worst = error;
      of = here.gradients[i].first;
    }
  }
  INFO(of);
  CHECK(worst < 1e-3);
}

TEST_CASE("Positions relative to each other, and a grid of another size, work on a GPU") {
  const auto device = vit::test::gpu();
  if (!device) return;
  vit::ModelSpec spec = vit::model_spec("test_vit");
  auto& options = std::get<vit::ViTOptions>(spec.options);
  options.rel_pos = GENERATE("none", "bias", "decomposed");
  options.dynamic_img_size = options.rel_pos == "none";
  const auto model = vit::create_model(spec);
  model->init_weights(5);
  model->module().eval();
  const std::int64_t size = model->img_size().height * (options.dynamic_img_size ? 2 : 1);
  torch::Tensor images = torch::empty({2, 3, size, size});
  vit::init::normal(images, 1.0, vit::Rng(1, vit::Stream::bench));
  const torch::NoGradGuard no_grad;
  const torch::Tensor here = model->forward(images);
  model->module().to(*device);
  const vit::test::ExactConvolutions exact;
  const torch::Tensor there = model->forward(images.to(*device));
  CHECK(torch::allclose(there.to(torch::kCPU), here, 1e-4, 1e-4));
}

TEST_CASE("Every random part of a model draws the same numbers again on a GPU") {
  const auto device = vit::test::gpu();
  if (!device) return;
  vit::ModelSpec spec = vit::model_spec("test_vit");
  auto& options = std::get<vit::ViTOptions>(spec.options);
  options.patch_drop_rate = 0.3;
  options.attn_drop_rate = options.proj_drop_rate = options.drop_path_rate = 0.2;
  const auto model = vit::create_model(spec);
  model->init_weights(5);
  model->module().to(*device);
  model->module().train();
  const torch::Tensor images =
      torch::ones({4, 3, model->img_size().height, model->img_size().width}).to(*device);
  const auto gradient = [&](std::uint64_t number) {
    const vit::RandomScope random(vit::Rng(number, vit::Stream::model));
    model->module().zero_grad();
    model->forward(images).square().sum().backward();
    return model->module().parameters().front().grad().clone();
  };
  const torch::Tensor first = gradient(1), other = gradient(2), again = gradient(1);
  CHECK(torch::equal(first, again));
  CHECK_FALSE(torch::equal(first, other));
}
