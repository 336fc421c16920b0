#include "vit/nn/rope.h"

#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/support/module.h"
#include "vit/core/error.h"

namespace {

vit::RopeOptions options(vit::RopeKind kind, bool rotate_half) {
  vit::RopeOptions result;
  result.kind = kind;
  result.head_dim = 8;
  result.rotate_half = rotate_half;
  return result;
}

}  // namespace

TEST_CASE("The first half of the pairs turns with the row, the second with the column") {
  auto o = options(vit::RopeKind::eva, false);
  o.temperature = 100;
  const vit::Rotation turn = vit::rotary_encoding(o, {2, 3}, 0);
  CHECK(turn.sin.sizes() == at::IntArrayRef({6, 8}));
  // Patch 5 is row 1, column 2; frequencies are 1 and 1 / 10.
  const double angles[] = {1.0, 1.0, 0.1, 0.1, 2.0, 2.0, 0.2, 0.2};
  for (int channel = 0; channel < 8; ++channel)
    CHECK(turn.sin[5][channel].item<float>() == Approx(std::sin(angles[channel])));
}

TEST_CASE("DINOv3's positions are the patches' centres in [-1, 1]") {
  auto o = options(vit::RopeKind::dinov3, true);
  const vit::Rotation turn = vit::rotary_encoding(o, {2, 2}, 0);
  // Patch 1: row -0.5, column 0.5; periods 1 and 10; halves repeat.
  const double two_pi = 2 * std::acos(-1.0);
  const double angles[] = {-0.5 * two_pi, -0.05 * two_pi, 0.5 * two_pi, 0.05 * two_pi};
  for (int channel = 0; channel < 8; ++channel) {
    CHECK(turn.cos[1][channel].item<float>() == Approx(std::cos(angles[channel % 4])));
    CHECK(turn.sin[1][channel].item<float>() == Approx(std::sin(angles[channel % 4])).margin(1e-6));
  }
}

TEST_CASE("A turn keeps lengths, leaves prefix tokens, and makes products depend on offsets only") {
  for (const bool half : {false, true}) {
    const vit::Rotation turn =
        vit::rotary_encoding(options(vit::RopeKind::eva, half), {3, 3}, /*prefix_tokens=*/2);
    const torch::Tensor x = vit::test::random_tensor({1, 1, 11, 8});
    const torch::Tensor turned = vit::rotate(x, turn);
    CHECK(torch::equal(turned.slice(2, 0, 2), x.slice(2, 0, 2)));
    CHECK(torch::allclose(turned.norm(2, -1), x.norm(2, -1), 1e-5, 1e-5));
    // The same vectors at two places with the same offset between them.
    const torch::Tensor q = vit::test::random_tensor({8}, 1), k = vit::test::random_tensor({8}, 2);
    const torch::Tensor qs = vit::rotate(q.expand({1, 1, 11, 8}), turn)[0][0];
    const torch::Tensor ks = vit::rotate(k.expand({1, 1, 11, 8}), turn)[0][0];
    const auto product = [&](int from, int to) {
      return qs[2 + from].dot(ks[2 + to]).item<float>();
    };
    CHECK(product(0, 4) == Approx(product(4, 8)).epsilon(1e-4));
    CHECK(product(0, 4) != Approx(product(0, 5)).epsilon(1e-4));
  }
}

TEST_CASE("Positions are scaled to the grid of pretraining") {
  auto small = options(vit::RopeKind::eva, false), large = small;
  large.reference = {2, 2};
  // Row 2 of 4 lies where row 1 of 2 does.
  const torch::Tensor of_small = vit::rotary_encoding(small, {2, 2}, 0).sin;
  const torch::Tensor of_large = vit::rotary_encoding(large, {4, 4}, 0).sin;
  CHECK(torch::allclose(of_large[2 * 4 + 2], of_small[1 * 2 + 1]));
}

TEST_CASE("A head that four does not divide is refused") {
  auto o = options(vit::RopeKind::dinov3, true);
  o.head_dim = 6;
  CHECK_THROWS_AS(vit::rotary_encoding(o, {2, 2}, 0), vit::Error);
}
