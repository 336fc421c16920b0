#include "vit/optim/clip.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "vit/optim/optimizer.h"

TEST_CASE("Clipping by norm has one factor for all gradients, and leaves small ones alone") {
  torch::Tensor a = torch::zeros({2}, torch::requires_grad()),
                b = torch::zeros({1}, torch::requires_grad());
  a.mutable_grad() = torch::tensor({3.0f, 0.0f});
  b.mutable_grad() = torch::tensor({4.0f});
  const std::vector<vit::ParamGroup> groups{{.parameters = {{"a", a}, {"head.b", b}}}};
  const auto clip = [&](std::optional<double> limit) {
    vit::OptimOptions options;
    options.clip_grad = limit;
    return vit::clip_gradients(groups, options, {"head"});
  };
  CHECK(clip({}).norm == Approx(5.0));
  CHECK(clip({}).factor == 1.0);
  CHECK(clip(10.0).factor == 1.0);
  CHECK(clip(1.0).norm == Approx(5.0));
  CHECK(clip(1.0).factor == Approx(0.2));
  CHECK(b.grad()[0].item<double>() == 4.0);  // the update multiplies
}

TEST_CASE("Every optimizer multiplies gradients by their factor") {
  const std::string opt =
      GENERATE("adamw", "adam", "sgd", "momentum", "lamb", "lion", "lars", "adafactorbv", "muon");
  CAPTURE(opt);
  const auto updated = [&](double scale, double factor) {
    torch::Tensor w = torch::arange(1, 13, torch::kFloat32).view({3, 4}).requires_grad_();
    vit::OptimOptions options;
    options.opt = opt;
    const auto optimizer =
        vit::create_optimizer(options, {{.weight_decay = 0.1, .parameters = {{"w", w}}}});
    for (int step = 0; step < 3; ++step) {
      w.mutable_grad() = torch::cos(torch::arange(12).view({3, 4}) + step) * scale;
      optimizer->step({.lr = 0.1, .gradient_factor = factor});
    }
    return w.detach();
  };
  CHECK(torch::allclose(updated(4.0, 0.25), updated(1.0, 1.0), 1e-6, 1e-6));
}

TEST_CASE("Clipping by value cuts each number by itself") {
  torch::Tensor a = torch::zeros({3}, torch::requires_grad());
  a.mutable_grad() = torch::tensor({3.0f, -0.2f, -7.0f});
  vit::clip_grad_value({a}, 0.5);
  CHECK(torch::equal(a.grad(), torch::tensor({0.5f, -0.2f, -0.5f})));
}

TEST_CASE("Clipping by parameter limits the norm of each by itself") {
  torch::Tensor a = torch::zeros({2}, torch::requires_grad()),
                b = torch::zeros({1}, torch::requires_grad());
  a.mutable_grad() = torch::tensor({6.0f, 8.0f});
  b.mutable_grad() = torch::tensor({2.0f});
  vit::OptimOptions options;
  options.clip_grad = 3.0;
  options.clip_mode = "parameter";
  const vit::Clipping found =
      vit::clip_gradients({{.parameters = {{"a", a}, {"b", b}}}}, options, {});
  CHECK(torch::allclose(a.grad(), torch::tensor({1.8f, 2.4f})));
  CHECK(b.grad()[0].item<double>() == 2.0);
  CHECK(found.factor == 1.0);
}

TEST_CASE("Adaptive clipping limits each row's gradient by the norm of its weights") {
  torch::Tensor w = torch::tensor({{3.0f, 4.0f}, {0.0f, 0.0f}}).requires_grad_();
  w.mutable_grad() = torch::tensor({{6.0f, 8.0f}, {1.0f, 0.0f}});
  vit::clip_grad_adaptive({w}, 0.1);
  CHECK(torch::allclose(w.grad()[0], torch::tensor({0.3f, 0.4f})));  // at most 0.1 * 5
  CHECK(w.grad()[1][0].item<double>() == Approx(1e-4));  // weights count as 1e-3 at least
}
