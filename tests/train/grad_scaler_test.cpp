#include "vit/train/grad_scaler.h"

#include <torch/types.h>

#include <limits>

#include "tests/catch.h"

TEST_CASE("Gradients come back to their size, and an overflow halves the scale") {
  vit::GradScalerState state;
  vit::GradScaler scaler(true, state);
  torch::Tensor w = torch::ones({3}, torch::requires_grad());
  scaler.scale((w * 2).sum()).backward();
  CHECK(w.grad()[0].item<double>() == 2 * 65536.0);
  CHECK(scaler.unscale({w}));
  CHECK(torch::equal(w.grad(), torch::full({3}, 2.0f)));
  CHECK(state.good_updates == 1);

  w.mutable_grad()[1] = std::numeric_limits<float>::infinity();
  CHECK_FALSE(scaler.unscale({w}));
  CHECK(state.scale == 32768.0);
  CHECK(state.good_updates == 0);
}

TEST_CASE("After 2000 good updates the scale doubles; switched off nothing changes") {
  vit::GradScalerState state{.scale = 8, .good_updates = 1999};
  torch::Tensor w = torch::ones({3}, torch::requires_grad());
  w.mutable_grad() = torch::ones({3});
  CHECK(vit::GradScaler(true, state).unscale({w}));
  CHECK(state == vit::GradScalerState{.scale = 16, .good_updates = 0});
  CHECK(vit::GradScaler(false, state).unscale({w}));
  CHECK(state.scale == 16);
}
