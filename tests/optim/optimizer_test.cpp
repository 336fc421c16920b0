#include "vit/optim/optimizer.h"

#include <torch/torch.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/loss/cross_entropy.h"
#include "vit/models/vit.h"
#include "vit/weights/load.h"
#include "vit/weights/tensors.h"

namespace {

vit::ViTOptions fixture_model() {
  vit::ViTOptions options;
  options.img_size = {24, 24};
  options.patch_size = {8, 8};
  options.mlp_ratio = 2;
  options.num_classes = 7;
  options.embed_dim = 48;
  options.depth = 2;
  options.num_heads = 3;
  return options;
}

}  // namespace

TEST_CASE("Twelve steps of timm's training give the same losses, gradient norms and weights") {
  const std::string run_name = GENERATE("adamw", "sgd_nesterov");
  const auto folder = vit::test::shared("fixtures/train");
  if (!folder) return;
  INFO(run_name);
  const nlohmann::json run = nlohmann::json::parse(std::ifstream(*folder / run_name / "run.json"));
  vit::VisionTransformer model(fixture_model());
  vit::load_weights(*model, *folder / "init.safetensors");
  vit::OptimOptions options;
  options.opt = run_name == "adamw" ? "adamw" : "sgd";
  options.weight_decay = run.at("optimizer_kwargs").at("weight_decay");
  const auto optimizer =
      vit::create_optimizer(options, vit::param_groups(*model, options.weight_decay));

  const vit::SafetensorsFile batches = vit::SafetensorsFile::open(*folder / "batches.safetensors");
  const torch::Tensor x = vit::read_tensor(batches, batches.at("x")),
                      y = vit::read_tensor(batches, batches.at("y"));
  model->train();
  for (std::size_t step = 0; step < run.at("losses").size(); ++step) {
    const auto i = static_cast<std::int64_t>(step);
    const torch::Tensor loss = vit::cross_entropy(model->forward(x[i]), y[i], 0.1);
    loss.backward();
    const double norm = vit::clip_grad_norm(optimizer->parameters(), 1.0).item<double>();
    // float32 against float32 of another summation order: both are about 1e-6 from float64.
    CHECK(loss.item<double>() == Approx(run.at("losses")[step].get<double>()).epsilon(2e-5));
    CHECK(norm == Approx(run.at("grad_norms")[step].get<double>()).epsilon(5e-5));
    optimizer->step(run.at("lrs")[step]);
    optimizer->zero_grad();
  }
  const vit::SafetensorsFile final_weights =
      vit::SafetensorsFile::open(*folder / run_name / "final.safetensors");
  for (const auto& item : model->named_parameters()) {
    // The K third of qkv.bias has no true gradient: AdamW moves it by rounding noise alone.
    if (item.key().ends_with("qkv.bias")) continue;
    INFO(item.key());
    const torch::Tensor expected = vit::read_tensor(final_weights, final_weights.at(item.key()));
    CHECK((item.value() - expected).abs().max().item<double>() < 5e-6);
  }
}

TEST_CASE("Biases, norms, tokens and positions have no weight decay") {
  vit::VisionTransformer model(fixture_model());
  const auto groups = vit::param_groups(*model, 0.05);
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].weight_decay == 0.05);
  for (const auto& item : groups[0].parameters) CHECK(item.parameter.dim() >= 2);
  for (const auto& item : groups[1].parameters)
    CHECK((item.parameter.dim() == 1 || item.name == "cls_token" || item.name == "pos_embed"));
}

TEST_CASE("Clipping scales all gradients together, and leaves small ones alone") {
  torch::Tensor a = torch::zeros({2}, torch::requires_grad()),
                b = torch::zeros({1}, torch::requires_grad());
  a.mutable_grad() = torch::tensor({3.0f, 0.0f});
  b.mutable_grad() = torch::tensor({4.0f});
  CHECK(vit::clip_grad_norm({a, b}, 10.0).item<double>() == Approx(5.0));
  CHECK(b.grad()[0].item<double>() == 4.0);
  CHECK(vit::clip_grad_norm({a, b}, 1.0).item<double>() == Approx(5.0));
  CHECK(a.grad()[0].item<double>() == Approx(0.6));
  CHECK(b.grad()[0].item<double>() == Approx(0.8));
}
