#include "vit/optim/clip.h"

#include <torch/torch.h>

#include "tests/catch.h"

TEST_CASE("Clipping by norm scales all gradients together, and leaves small ones alone") {
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

TEST_CASE("Clipping by value cuts each number by itself") {
  torch::Tensor a = torch::zeros({3}, torch::requires_grad());
  a.mutable_grad() = torch::tensor({3.0f, -0.2f, -7.0f});
  vit::clip_grad_value({a}, 0.5);
  CHECK(torch::equal(a.grad(), torch::tensor({0.5f, -0.2f, -0.5f})));
}

TEST_CASE("Adaptive clipping limits each row's gradient by the norm of its weights") {
  torch::Tensor w = torch::tensor({{3.0f, 4.0f}, {0.0f, 0.0f}}).requires_grad_();
  w.mutable_grad() = torch::tensor({{6.0f, 8.0f}, {1.0f, 0.0f}});
  vit::clip_grad_adaptive({w}, 0.1);
  CHECK(torch::allclose(w.grad()[0], torch::tensor({0.3f, 0.4f})));  // at most 0.1 * 5
  CHECK(w.grad()[1][0].item<double>() == Approx(1e-4));  // weights count as 1e-3 at least
}
