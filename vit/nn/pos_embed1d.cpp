#include "vit/nn/pos_embed1d.h"

namespace vit {

torch::Tensor sincos1d_pos_embed(std::int64_t embed_dim, std::int64_t length) {
  const auto float64 = torch::dtype(torch::kFloat64);
  const std::int64_t pairs = (embed_dim + 1) / 2;
  const torch::Tensor frequencies =
      torch::pow(10000.0, -2.0 * torch::arange(pairs, float64) / static_cast<double>(embed_dim));
  const torch::Tensor angles = torch::outer(torch::arange(length, float64), frequencies);
  return torch::stack({angles.sin(), angles.cos()}, 2)  // [length, D/2, 2]
      .flatten(1)
      .narrow(1, 0, embed_dim)
      .unsqueeze(0)
      .to(torch::kFloat32)
      .contiguous();
}

}  // namespace vit
