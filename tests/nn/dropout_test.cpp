#include "vit/nn/dropout.h"

#include <torch/types.h>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"
#include "vit/nn/random.h"

namespace {

torch::Tensor in_scope(std::uint64_t seed, const std::function<torch::Tensor()>& draw) {
  const vit::RandomScope scope(vit::Rng(seed, vit::Stream::model));
  return draw();
}

}  // namespace

TEST_CASE("Outside of training, and at rate 0, the input itself comes back and nothing is drawn") {
  const torch::Tensor x = vit::test::random_tensor({3, 4});
  CHECK(vit::dropout(x, 0.5, false).is_same(x));  // no RandomScope is alive: drawing would throw
  CHECK(vit::dropout(x, 0.0, true).is_same(x));
  CHECK(vit::drop_path(x, 0.5, false).is_same(x));
  CHECK(vit::drop_path(x, 0.0, true).is_same(x));
}

TEST_CASE("Dropout zeroes about `rate` of the elements and scales the others by 1 / (1 - rate)") {
  const torch::Tensor x = torch::ones({100, 100});
  const torch::Tensor y = in_scope(1, [&] { return vit::dropout(x, 0.25, true); });
  const torch::Tensor kept = y != 0;
  CHECK(torch::allclose(y.masked_select(kept), torch::full({1}, 1 / 0.75)));
  // 10,000 draws with a standard deviation of 0.0043
  CHECK(kept.to(torch::kFloat32).mean().item<double>() == Approx(0.75).margin(0.02));
}

TEST_CASE("Drop path keeps or drops each sample as a whole") {
  const torch::Tensor y = in_scope(1, [] {
    return vit::drop_path(torch::ones({1000, 3, 2}), 0.25, true);
  });
  const torch::Tensor per_sample = y.flatten(1);
  CHECK(torch::equal(per_sample.amin(1), per_sample.amax(1)));
  const double kept = (per_sample.amax(1) > 0).to(torch::kFloat32).mean().item<double>();
  CHECK(kept == Approx(0.75).margin(0.06));  // four standard deviations
}

TEST_CASE("At rate 1 everything is dropped, and nothing becomes NaN") {
  const torch::Tensor x = vit::test::random_tensor({5, 2});
  CHECK(
      torch::equal(in_scope(1, [&] { return vit::dropout(x, 1.0, true); }), torch::zeros({5, 2})));
  CHECK(torch::equal(in_scope(1, [&] { return vit::drop_path(x, 1.0, true); }),
                     torch::zeros({5, 2})));
}

TEST_CASE("The mask is a function of the random scope alone") {
  const torch::Tensor x = torch::ones({64});
  const auto draw = [&](std::uint64_t seed) {
    return in_scope(seed, [&] { return vit::dropout(x, 0.5, true); });
  };
  const torch::Tensor first = draw(1);
  torch::manual_seed(123);  // LibTorch's global generator has no part in it
  CHECK(torch::equal(first, draw(1)));
  CHECK_FALSE(torch::equal(first, draw(2)));
}

TEST_CASE("The gradient passes where the value passed") {
  const torch::Tensor x = torch::ones({200}).requires_grad_();
  const torch::Tensor y = in_scope(3, [&] { return vit::dropout(x, 0.5, true); });
  y.sum().backward();
  CHECK(torch::equal(x.grad(), y.detach()));
}
