#include "vit/loss/mask_losses.h"

#include <torch/autograd.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>

#include "tests/catch.h"
#include "tests/support/shared.h"
#include "vit/weights/tensors.h"

namespace {

void check_close(const torch::Tensor& found, const torch::Tensor& expected) {
  const torch::Tensor of_shape = found.detach().reshape(expected.sizes());
  CHECK((of_shape - expected).abs().max().item<double>() <=
        1e-6 * std::max(1.0, expected.abs().max().item<double>()));
}

}  // namespace

TEST_CASE("The losses of masks and the costs of pairs are Mask2Former's, with their gradients") {
  const auto folder = vit::test::shared("fixtures/tasks/mask_losses");
  if (!folder) return;
  const vit::SafetensorsFile io = vit::SafetensorsFile::open(*folder / "io.safetensors");
  const auto read = [&](const std::string& name) {
    return vit::read_tensor(io, io.at(name)).to(torch::kFloat32);
  };
  constexpr double kMasks = 3;
  const torch::Tensor logits = read("logits").requires_grad_();
  const vit::MaskLosses found = vit::mask_losses(logits, read("targets"));
  check_close(found.bce / kMasks, read("bce"));
  check_close(found.dice / kMasks, read("dice"));
  check_close(torch::autograd::grad({found.bce / kMasks}, {logits}, {}, true)[0], read("grad_bce"));
  check_close(torch::autograd::grad({found.dice / kMasks}, {logits})[0], read("grad_dice"));
  const vit::CostParts costs = vit::mask_costs(logits.detach(), read("cost_targets"), 1, 2);
  REQUIRE(costs.size() == 2);
  CHECK(costs[0].first == "mask_ce");
  check_close(costs[0].second, read("cost_bce"));
  CHECK(costs[1].first == "mask_dice");
  check_close(costs[1].second, 2 * read("cost_dice"));
}

TEST_CASE("A mask that is right and sure costs nothing, and no pair costs nothing either") {
  const torch::Tensor targets = torch::tensor({{1.F, 1.F, 0.F, 0.F}});
  const vit::MaskLosses right = vit::mask_losses(80 * targets - 40, targets);
  CHECK(right.bce.item<double>() == Approx(0).margin(1e-6));
  CHECK(right.dice.item<double>() == Approx(0).margin(1e-6));
  const vit::CostParts none = vit::mask_costs(torch::zeros({3, 4}), torch::zeros({0, 4}), 1, 1);
  CHECK(none[0].second.sizes() == torch::IntArrayRef({3, 0}));
}
