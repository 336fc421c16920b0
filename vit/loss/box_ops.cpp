#include "vit/loss/box_ops.h"

#include <torch/utils.h>

#include <limits>

#include "vit/core/error.h"

namespace vit {
namespace {

/// At least float32, since products of pixels leave the range of half precision.
torch::Tensor whole_precision(const torch::Tensor& boxes) {
  VIT_ASSERT(boxes.dim() >= 1 && boxes.size(-1) == 4, "boxes ", boxes.sizes());
  return boxes.scalar_type() == torch::kFloat64 ? boxes : boxes.to(torch::kFloat32);
}

torch::Tensor upper_left(const torch::Tensor& boxes) { return boxes.narrow(-1, 0, 2); }
torch::Tensor lower_right(const torch::Tensor& boxes) { return boxes.narrow(-1, 2, 2); }

/// From the sides [..., 2].
torch::Tensor area_between(const torch::Tensor& upper_left, const torch::Tensor& lower_right) {
  const torch::Tensor sides = (lower_right - upper_left).clamp_min(0);
  return sides.select(-1, 0) * sides.select(-1, 1);
}

/// part / whole, and 0 where the whole is nothing. The divisor is exchanged before the division:
/// behind it the gradient would be 0 times infinity.
torch::Tensor share(const torch::Tensor& part, const torch::Tensor& whole) {
  const torch::Tensor nothing = whole.detach() <= std::numeric_limits<float>::min();
  return (part / whole.masked_fill(nothing, 1)).masked_fill(nothing, 0);
}

struct Overlap {
  torch::Tensor shared, together;  ///< areas of intersection and union
};

Overlap overlap(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor shared = area_between(torch::maximum(upper_left(a), upper_left(b)),
                                            torch::minimum(lower_right(a), lower_right(b)));
  return {shared, box_area(a) + box_area(b) - shared};
}

}  // namespace

torch::Tensor corners_of(const torch::Tensor& centred) {
  const torch::Tensor centre = upper_left(centred), half = 0.5 * lower_right(centred);
  return torch::cat({centre - half, centre + half}, -1);
}

torch::Tensor centred_of(const torch::Tensor& corners) {
  const torch::Tensor from = upper_left(corners), to = lower_right(corners);
  return torch::cat({(from + to) / 2, to - from}, -1);
}

torch::Tensor box_area(const torch::Tensor& boxes) {
  const torch::Tensor whole = whole_precision(boxes);
  return area_between(upper_left(whole), lower_right(whole));
}

torch::Tensor box_iou(const torch::Tensor& a, const torch::Tensor& b) {
  const auto [shared, together] = overlap(whole_precision(a), whole_precision(b));
  return share(shared, together);
}

torch::Tensor box_giou(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::Tensor one = whole_precision(a), other = whole_precision(b);
  const auto [shared, together] = overlap(one, other);
  const torch::Tensor enclosing =
      area_between(torch::minimum(upper_left(one), upper_left(other)),
                   torch::maximum(lower_right(one), lower_right(other)));
  return share(shared, together) - share(enclosing - together, enclosing);
}

torch::Tensor pairwise_box_iou(const torch::Tensor& a, const torch::Tensor& b) {
  return box_iou(a.unsqueeze(1), b.unsqueeze(0));
}

torch::Tensor pairwise_box_giou(const torch::Tensor& a, const torch::Tensor& b) {
  return box_giou(a.unsqueeze(1), b.unsqueeze(0));
}

}  // namespace vit
