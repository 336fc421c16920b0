#include "vit/train/sam.h"

#include <torch/types.h>

#include "tests/catch.h"

TEST_CASE("Up the gradient by rho, and back to the very same weights") {
  torch::Tensor a = torch::tensor({1.0f, 1.0f}).requires_grad_(),
                b = torch::tensor({2.0f}).requires_grad_();
  a.mutable_grad() = torch::tensor({3.0f, 0.0f});
  b.mutable_grad() = torch::tensor({4.0f});
  vit::Sam sam({a, b}, 0.5);
  sam.climb();
  CHECK(a[0].item<double>() == Approx(1.3));
  CHECK(a[1].item<double>() == 1.0);
  CHECK(b[0].item<double>() == Approx(2.4));
  CHECK_FALSE(a.grad().defined());
  sam.descend();
  CHECK(torch::equal(a.detach(), torch::tensor({1.0f, 1.0f})));
  CHECK(torch::equal(b.detach(), torch::tensor({2.0f})));
}
