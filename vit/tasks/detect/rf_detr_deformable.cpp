#include "vit/tasks/detect/rf_detr_deformable.h"

#include <ATen/ops/grid_sampler.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "vit/core/error.h"

namespace vit {

torch::Tensor deformable_attend(const torch::Tensor& values, const torch::Tensor& points,
                                const torch::Tensor& weights) {
  constexpr std::int64_t kBilinear = 0, kZeros = 0;
  const std::int64_t heads = values.size(1);
  const torch::Tensor at = (2 * points - 1).transpose(1, 2).flatten(0, 1);  // [B H, Q, P, 2]
  const torch::Tensor seen =                                                // [B H, Dh, Q, P]
      at::grid_sampler(values.flatten(0, 1), at, kBilinear, kZeros, /*align_corners=*/false);
  const torch::Tensor share = weights.transpose(1, 2).flatten(0, 1).unsqueeze(1);  // [B H, 1, Q, P]
  return (seen * share).sum(-1).unflatten(0, {-1, heads}).permute({0, 3, 1, 2}).flatten(2);
}

torch::Tensor compass_offsets(std::int64_t num_heads, std::int64_t num_points) {
  std::vector<float> offsets;
  for (std::int64_t head = 0; head < num_heads; ++head) {
    const double angle =
        2 * std::numbers::pi * static_cast<double>(head) / static_cast<double>(num_heads);
    const double x = std::cos(angle), y = std::sin(angle);
    const double longer = std::max(std::abs(x), std::abs(y));
    for (std::int64_t point = 1; point <= num_points; ++point)
      for (const double along : {x, y})
        offsets.push_back(static_cast<float>(along / longer * static_cast<double>(point)));
  }
  return torch::tensor(offsets);
}

DeformableAttentionImpl::DeformableAttentionImpl(const DeformableAttentionOptions& options_)
    : options(options_) {
  reset();
}

void DeformableAttentionImpl::reset() {
  const auto linear = [&](const char* name, std::int64_t out) {
    return register_module(name, Linear(LinearOptions{options.dim, out}));
  };
  const std::int64_t points = options.num_heads * options.num_points;
  sampling_offsets = linear("sampling_offsets", 2 * points);
  attention_weights = linear("attention_weights", points);
  value_proj = linear("value_proj", options.dim);
  output_proj = linear("output_proj", options.dim);
}

torch::Tensor DeformableAttentionImpl::forward(const torch::Tensor& queries,
                                               const torch::Tensor& boxes,
                                               const torch::Tensor& memory, Size2 grid) {
  if (queries.dim() != 3 || memory.dim() != 3 || memory.size(1) != grid.height * grid.width ||
      boxes.dim() != 3 || boxes.size(1) != queries.size(1) || boxes.size(2) != 4)
    throw Error(
        ErrorKind::usage, "DeformableAttention",
        vit::str("expected queries [B, Q, ", options.dim, "], boxes [B, Q, 4] and memory [B, ",
                 grid.height, " x ", grid.width, ", ", options.dim, "], got ", queries.sizes(),
                 ", ", boxes.sizes(), " and ", memory.sizes()));
  const std::int64_t heads = options.num_heads, points = options.num_points;
  const torch::Tensor values = value_proj(memory)
                                   .to(torch::kFloat32)
                                   .transpose(1, 2)  // [B, D, h w]
                                   .unflatten(1, {heads, -1})
                                   .unflatten(3, {grid.height, grid.width});
  const torch::Tensor offsets = sampling_offsets(queries).to(torch::kFloat32);
  const torch::Tensor weights = attention_weights(queries).to(torch::kFloat32);
  const torch::Tensor each = boxes.unsqueeze(2).unsqueeze(3);  // [B, Q, 1, 1, 4]
  const torch::Tensor at =                                     // half a box is `points` steps
      each.narrow(-1, 0, 2) +
      offsets.unflatten(2, {heads, points, 2}) / points * each.narrow(-1, 2, 2) * 0.5;
  const torch::Tensor seen =
      deformable_attend(values, at, weights.unflatten(2, {heads, points}).softmax(-1));
  return output_proj(seen.to(queries.scalar_type()));
}

}  // namespace vit
