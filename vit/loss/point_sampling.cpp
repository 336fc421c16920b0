#include "vit/loss/point_sampling.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/grid_sampler.h>
#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/nn/random.h"

namespace vit {

DrawUniform draw_in_step(torch::Device device) {
  return [device](torch::IntArrayRef shape) {
    return at::empty(shape, torch::TensorOptions(torch::kFloat32).device(device))
        .uniform_(0, 1, RandomScope::generator(device));
  };
}

torch::Tensor sample_points(const torch::Tensor& features, const torch::Tensor& points) {
  VIT_ASSERT(features.dim() == 4 && points.dim() == 3 && points.size(0) == features.size(0),
             features.sizes(), " at ", points.sizes());
  constexpr std::int64_t kBilinear = 0, kZeros = 0;
  return at::grid_sampler(features, 2 * points.unsqueeze(2) - 1, kBilinear, kZeros,
                          /*align_corners=*/false)
      .squeeze(3);
}

torch::Tensor sample_masks(const torch::Tensor& masks, const torch::Tensor& which,
                           const torch::Tensor& points) {
  VIT_ASSERT(masks.dim() == 3 && which.dim() == 1 && points.dim() == 3, masks.sizes(), " at ",
             points.sizes());
  // By index and not by grid_sampler, which would want a copy of each mask in float32.
  const auto pixel = [&](std::int64_t axis, std::int64_t length) {  // [K or 1, P]
    const torch::Tensor from_edge = (2 * points.select(2, axis) - 1 + 1) * length;
    return ((from_edge - 1) / 2).round().clamp(0, length - 1).to(torch::kInt64);
  };
  return masks.index({which.unsqueeze(1), pixel(1, masks.size(1)), pixel(0, masks.size(2))})
      .to(torch::kFloat32);
}

torch::Tensor uncertain_points(const torch::Tensor& logits, std::int64_t count,
                               const DrawUniform& draw, const UncertainPointsOptions& options) {
  const torch::NoGradGuard no_grad;
  const std::int64_t masks = logits.size(0);
  const auto drawn = static_cast<std::int64_t>(options.oversample * static_cast<double>(count));
  const auto chosen = static_cast<std::int64_t>(options.importance * static_cast<double>(count));
  const torch::Tensor points = draw({masks, drawn, 2});
  const torch::Tensor values = sample_points(logits.unsqueeze(1), points).squeeze(1);
  const torch::Tensor best = std::get<1>((-values.abs()).topk(chosen, 1));  // [K, chosen]
  const torch::Tensor uncertain = points.gather(1, best.unsqueeze(2).expand({-1, -1, 2}));
  return count == chosen ? uncertain : torch::cat({uncertain, draw({masks, count - chosen, 2})}, 1);
}

}  // namespace vit
