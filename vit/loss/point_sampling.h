#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

namespace vit {

// Points are (x, y) in 0..1 of the width and the height.

/// Draws a tensor of this shape, uniform in [0, 1).
using DrawUniform = std::function<torch::Tensor(torch::IntArrayRef shape)>;
/// Draws from the step's own numbers (RandomScope, which must be alive), on this device.
[[nodiscard]] DrawUniform draw_in_step(torch::Device device);

/// features [N, C, H, W] at points [N, P, 2] -> [N, C, P], bilinear; outside of the pixels' middles
/// they fade to 0, as in torch's grid_sample with zeros.
[[nodiscard]] torch::Tensor sample_points(const torch::Tensor& features,
                                          const torch::Tensor& points);

/// Of masks [M, H, W] (uint8) those of the numbers `which` [K], each at points of its own
/// [K, P, 2], or all at the same [1, P, 2] -> [K, P] float32; the nearest pixel.
[[nodiscard]] torch::Tensor sample_masks(const torch::Tensor& masks, const torch::Tensor& which,
                                         const torch::Tensor& points);

/// How points are chosen where a mask is uncertain (Kirillov et al. 2020, PointRend, section 3.1).
struct UncertainPointsOptions {
  double oversample = 3;     ///< times as many are drawn, of which the most uncertain are taken
  double importance = 0.75;  ///< share of them; the rest are drawn anywhere
};
/// For masks' logits [K, H, W] `count` points each, [K, count, 2]: those whose logit is closest to
/// 0, then the others. Draws twice, in this order: [K, oversample count, 2], [K, rest, 2].
[[nodiscard]] torch::Tensor uncertain_points(const torch::Tensor& logits, std::int64_t count,
                                             const DrawUniform& draw,
                                             const UncertainPointsOptions& options = {});

}  // namespace vit
