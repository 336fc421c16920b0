#include "vit/loss/box_ops.h"

#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "tests/catch.h"

namespace {

const torch::Tensor kOne = torch::tensor({{0.0f, 0.0f, 2.0f, 2.0f}, {1.0f, 1.0f, 4.0f, 3.0f}});
const torch::Tensor kOther = torch::tensor({{1.0f, 0.0f, 3.0f, 2.0f}, {6.0f, 1.0f, 8.0f, 5.0f}});

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).abs().max().item<double>();
}

}  // namespace

TEST_CASE("Corners and centres are two ways to write a box") {
  const torch::Tensor centred = torch::tensor({{1.0f, 1.0f, 2.0f, 2.0f}, {2.5f, 2.0f, 3.0f, 2.0f}});
  CHECK(torch::equal(vit::centred_of(kOne), centred));
  CHECK(torch::equal(vit::corners_of(centred), kOne));
  CHECK(torch::equal(vit::box_area(kOne), torch::tensor({4.0f, 6.0f})));
}

TEST_CASE("IoU and GIoU of pairs are the diagonal of the table, counted by hand") {
  // Intersections 2, 0, 2, 0 of unions 6, 12, 8, 14; enclosing boxes of 6, 40, 9, 28.
  const torch::Tensor iou = torch::tensor({{2.0f / 6, 0.0f}, {2.0f / 8, 0.0f}});
  const torch::Tensor giou =
      torch::tensor({{2.0f / 6, -28.0f / 40}, {2.0f / 8 - 1.0f / 9, -14.0f / 28}});
  CHECK(largest_difference(vit::pairwise_box_iou(kOne, kOther), iou) < 1e-6);
  CHECK(largest_difference(vit::pairwise_box_giou(kOne, kOther), giou) < 1e-6);
  CHECK(largest_difference(vit::box_iou(kOne, kOther), iou.diagonal()) < 1e-6);
  CHECK(largest_difference(vit::box_giou(kOne, kOther), giou.diagonal()) < 1e-6);
  CHECK(vit::pairwise_box_giou(kOne, torch::empty({0, 4})).sizes() == torch::IntArrayRef({2, 0}));
}

TEST_CASE("Neither values nor gradients of boxes without area are NaN") {
  const torch::Tensor degenerate = torch::tensor({{1.0f, 1.0f, 1.0f, 1.0f},
                                                  {2.0f, 2.0f, 1.0f, 1.0f},  // inverted
                                                  {0.0f, 3.0f, 5.0f, 3.0f},
                                                  {1e-30f, 0.0f, 2e-30f, 1e-30f}});
  for (const auto& measure : {vit::pairwise_box_iou, vit::pairwise_box_giou}) {
    torch::Tensor a = degenerate.clone().requires_grad_();
    const torch::Tensor table = measure(a, torch::cat({degenerate, kOne}));
    CHECK(table.isfinite().all().item<bool>());
    CHECK(table.abs().max().item<double>() <= 1);
    table.sum().backward();
    CHECK(a.grad().isfinite().all().item<bool>());
  }
  CHECK(vit::box_giou(degenerate[0], degenerate[0]).item<double>() == 0);
  // A point in a box of 4, and one as far outside as the box is wide.
  CHECK(vit::box_giou(degenerate[0], kOne[0]).item<double>() == Approx(0));
  CHECK(vit::box_giou(torch::tensor({4.0f, 0.0f, 4.0f, 0.0f}), kOne[0]).item<double>() ==
        Approx(-0.5));
}

TEST_CASE("The gradient of GIoU is that of finite differences, and what is NaN stays NaN") {
  torch::Tensor a = kOne.to(torch::kFloat64).requires_grad_();
  const torch::Tensor b = kOther.to(torch::kFloat64) + 0.125;
  vit::box_giou(a, b).sum().backward();
  constexpr double kStep = 1e-6;
  for (std::int64_t i = 0; i < 8; ++i) {
    const torch::Tensor step =
        torch::zeros(8, torch::kFloat64).index_fill_(0, torch::tensor(i), kStep).reshape({2, 4});
    const torch::NoGradGuard no_grad;
    const double slope =
        (vit::box_giou(a + step, b) - vit::box_giou(a - step, b)).sum().item<double>() /
        (2 * kStep);
    INFO("coordinate " << i);
    CHECK(a.grad().reshape(8)[i].item<double>() == Approx(slope).margin(1e-8));
  }
  CHECK(vit::box_giou(a.detach() * std::nan(""), b).isnan().all().item<bool>());
}
