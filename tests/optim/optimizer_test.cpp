#include "vit/optim/optimizer.h"

#include <torch/types.h>

#include "tests/optim/fixture_run.h"
#include "tests/support/shared.h"
#include "vit/optim/optimizers.h"

using vit::test::FixtureRun;
using vit::test::without_k_bias;

TEST_CASE("Twelve steps of timm's training give the same losses, gradient norms and weights") {
  const std::string name =
      GENERATE("adamw", "adamw_layer_decay", "sgd_nesterov", "adamw_bce", "lamb", "lars",
               "adafactorbv");  // lion: lion_test.cpp
  const auto folder = vit::test::shared("fixtures/train");
  if (!folder || !vit::test::shared("fixtures/train/" + name)) return;
  INFO(name);
  FixtureRun run(*folder, name);
  for (const vit::ParamGroup& group : run.optimizer->groups())
    for (const auto& [parameter, tensor] : group.parameters) {
      const auto& expected = run.run.at("param_groups").at(parameter);
      INFO(parameter);
      CHECK(group.lr_scale == Approx(expected.at("lr_scale").get<double>()).epsilon(1e-12));
      CHECK(group.weight_decay == expected.at("weight_decay").get<double>());
    }
  for (std::int64_t step = 0; step < run.steps(); ++step) run.take(step);
  for (const auto& [parameter, difference] : run.errors()) {
    INFO(parameter);
    const torch::Tensor error = without_k_bias(parameter, difference);
    const auto& noise = run.run.at("final_fp64_diff").at(parameter);
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
  CHECK_FALSE(vit::suits_muon(torch::zeros({1, 65, 192})));
  CHECK_FALSE(vit::suits_muon(torch::zeros({192})));
  CHECK(vit::suits_muon(torch::zeros({192, 3, 16, 16})));
}
