#include "vit/optim/optimizer.h"

#include <torch/torch.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/loss/binary_cross_entropy.h"
#include "vit/loss/cross_entropy.h"
#include "vit/models/vit.h"
#include "vit/optim/muon.h"
#include "vit/weights/load.h"
#include "vit/weights/tensors.h"

namespace {

using Json = nlohmann::json;

vit::ViTOptions fixture_model(const Json& kwargs) {
  vit::ViTOptions options;
  options.img_size = {kwargs.at("img_size"), kwargs.at("img_size")};
  options.patch_size = {kwargs.at("patch_size"), kwargs.at("patch_size")};
  options.mlp_ratio = kwargs.at("mlp_ratio");
  options.num_classes = kwargs.at("num_classes");
  options.embed_dim = kwargs.at("embed_dim");
  options.depth = kwargs.at("depth");
  options.num_heads = kwargs.at("num_heads");
  return options;
}

Json read_json(const std::filesystem::path& file) { return Json::parse(std::ifstream(file)); }

/// The loss of fixtures/train by its description.
torch::Tensor fixture_loss(const std::string& kind, const torch::Tensor& logits,
                           const std::function<torch::Tensor(const char*)>& target) {
  if (kind == "ce_ls") return vit::cross_entropy(logits, target("y"), 0.1);
  if (kind == "soft_ce") return vit::cross_entropy(logits, target("soft_targets"));
  if (kind == "bce")
    return vit::binary_cross_entropy(logits, target("bce_targets"), {.smoothing = 0.1});
  return vit::binary_cross_entropy(logits, target("y"), {.smoothing = 0.1, .sum_classes = true});
}

/// The K third of qkv.bias has no true gradient: Adam and signs move it by rounding noise alone.
torch::Tensor without_k_bias(const std::string& name, const torch::Tensor& tensor) {
  if (!name.ends_with("qkv.bias")) return tensor;
  const auto thirds = tensor.chunk(3);
  return torch::cat({thirds[0], thirds[2]});
}

}  // namespace

TEST_CASE("Twelve steps of timm's training give the same losses, gradient norms and weights") {
  const std::string run_name = GENERATE("adamw", "adamw_layer_decay", "sgd_nesterov", "adamw_bce",
                                        "lamb", "lion", "lars", "adafactorbv");
  const auto folder = vit::test::shared("fixtures/train");
  if (!folder) return;
  INFO(run_name);
  const Json run = read_json(*folder / run_name / "run.json");
  const Json& kwargs = run.at("optimizer_kwargs");
  vit::VisionTransformer model(fixture_model(read_json(*folder / "meta.json").at("kwargs")));
  vit::load_weights(*model, *folder / "init.safetensors");
  vit::OptimOptions options;
  options.opt = kwargs.at("opt");
  options.weight_decay = kwargs.at("weight_decay");
  options.layer_decay = kwargs.value("layer_decay", 1.0);
  options.momentum = kwargs.value("momentum", 0.9);
  const auto groups = vit::param_groups(*model, options);
  for (const vit::ParamGroup& group : groups)
    for (const auto& [name, parameter] : group.parameters) {
      const Json& expected = run.at("param_groups").at(name);
      INFO(name);
      CHECK(group.lr_scale == Approx(expected.at("lr_scale").get<double>()).epsilon(1e-12));
      CHECK(group.weight_decay == expected.at("weight_decay").get<double>());
    }
  const auto optimizer = vit::create_optimizer(options, groups);

  const vit::SafetensorsFile batches = vit::SafetensorsFile::open(*folder / "batches.safetensors");
  const torch::Tensor x = vit::read_tensor(batches, batches.at("x"));
  model->train();
  double lr_sum = 0;
  for (std::size_t step = 0; step < run.at("losses").size(); ++step) {
    const auto i = static_cast<std::int64_t>(step);
    const torch::Tensor loss = fixture_loss(
        kwargs.at("loss"), model->forward(x[i]),
        [&](const char* name) { return vit::read_tensor(batches, batches.at(name))[i]; });
    loss.backward();
    const double norm = vit::clip_grad_norm(optimizer->parameters(), 1.0).item<double>();
    // float32 against float32 of another summation order: both are about 1e-6 from float64.
    CHECK(loss.item<double>() == Approx(run.at("losses")[step].get<double>()).epsilon(2e-5));
    CHECK(norm == Approx(run.at("grad_norms")[step].get<double>()).epsilon(2e-4));
    lr_sum += run.at("lrs")[step].get<double>();
    optimizer->step(run.at("lrs")[step]);
    optimizer->zero_grad();
  }
  if (!std::filesystem::exists(*folder / run_name / "final.safetensors")) return;
  const vit::SafetensorsFile final_weights =
      vit::SafetensorsFile::open(*folder / run_name / "final.safetensors");
  for (const auto& item : model->named_parameters()) {
    INFO(item.key());
    const torch::Tensor expected = vit::read_tensor(final_weights, final_weights.at(item.key()));
    const torch::Tensor error =
        without_k_bias(item.key(), (item.value() - expected).detach()).abs();
    if (run_name == "lion") {  // a sign flips where rounding does: few elements, by a bounded step
      const double flipped = error.gt(2e-5).sum().item<double>();
      CHECK(flipped <= std::max(1.0, 1e-3 * static_cast<double>(error.numel())));
      CHECK(error.max().item<double>() <= 2 * lr_sum);
      continue;
    }
    const Json& noise = run.at("final_fp64_diff").at(item.key());
    CHECK(error.max().item<double>() <= 2e-5 + 10 * noise.at("max").get<double>());
    CHECK(error.square().mean().sqrt().item<double>() <= 2e-6 + 10 * noise.at("rms").get<double>());
  }
}

TEST_CASE("Every optimizer computes the same for strided parameters as for flat ones") {
  // On a GPU, or where a parameter is a transposed view, tensor operations replace the flat loops.
  const std::string opt = GENERATE("lamb", "lion", "lars", "adamw", "sgd", "adafactorbv", "muon");
  INFO(opt);
  vit::OptimOptions options;
  options.opt = opt;
  torch::Generator generator = at::make_generator<at::CPUGeneratorImpl>(3);
  const torch::Tensor start = torch::randn({40, 30}, generator),
                      gradient = torch::randn({40, 30}, generator);
  const auto run = [&](torch::Tensor parameter) {
    parameter.requires_grad_();
    const auto optimizer = vit::create_optimizer(options, {{0.05, 0.5, {{"w", parameter}}}});
    for (int step = 0; step < 3; ++step) {
      parameter.mutable_grad() = torch::empty_like(parameter).detach();
      parameter.mutable_grad().copy_(gradient * (1 + step));
      optimizer->step(1e-2);
    }
    return parameter.detach();
  };
  const torch::Tensor flat = run(start.clone()), strided = run(start.t().contiguous().t());
  CHECK_FALSE(strided.is_contiguous());
  CHECK(flat.ne(start).any().item<bool>());
  CHECK(torch::allclose(flat, strided, 1e-5, 1e-6));
}

TEST_CASE("A parameter that has no gradient stays as it is, and its step count too") {
  torch::Tensor learned = torch::ones({4, 4}, torch::requires_grad()),
                idle = torch::ones({4, 4}, torch::requires_grad());
  const auto optimizer =
      vit::create_optimizer({}, {{0.5, 1.0, {{"learned", learned}, {"idle", idle}}}});
  learned.mutable_grad() = torch::ones({4, 4});
  optimizer->step(0.1);
  CHECK(idle.eq(1).all().item<bool>());
  CHECK(learned.ne(1).all().item<bool>());
  CHECK(optimizer->state().front().first == "steps");
  CHECK(torch::equal(optimizer->state().front().second, torch::tensor({1.0f, 0.0f})));
}

TEST_CASE("Weight decay and momentum follow what the schedule gives for the update") {
  torch::Tensor w = torch::full({4, 4}, 2.0f, torch::requires_grad());
  vit::OptimOptions options;
  options.opt = "sgd";
  const auto optimizer = vit::create_optimizer(options, {{0.1, 1.0, {{"w", w}}}});
  w.mutable_grad() = torch::zeros({4, 4});
  optimizer->step({.lr = 1.0, .weight_decay_factor = 0.5, .momentum = 0.0});
  CHECK(w[0][0].item<double>() == Approx(2.0 - 0.05 * 2.0));
}

TEST_CASE("Muon's update of a matrix has singular values near one") {
  torch::Generator generator = at::make_generator<at::CPUGeneratorImpl>(1);
  for (const auto& shape : {std::vector<std::int64_t>{16, 64}, {64, 16}}) {
    const torch::Tensor x = vit::orthogonalise(torch::randn(shape, generator), 5);
    const torch::Tensor values = std::get<1>(torch::linalg_svd(x, false, c10::nullopt));
    CHECK(values.min().item<double>() > 0.6);
    CHECK(values.max().item<double>() < 1.3);
  }
  CHECK_FALSE(vit::Muon::suits(torch::zeros({1, 65, 192})));
  CHECK_FALSE(vit::Muon::suits(torch::zeros({192})));
  CHECK(vit::Muon::suits(torch::zeros({192, 3, 16, 16})));
}
