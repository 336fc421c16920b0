#include "vit/nn/pos_embed.h"

#include "vit/core/error.h"

namespace vit {

torch::Tensor sincos2d_pos_embed(std::int64_t embed_dim, Size2 grid, std::int64_t prefix_tokens) {
  if (embed_dim % 4 != 0)
    throw Error(
        ErrorKind::usage, "pos_embed: sincos2d",
        str("embed_dim ", embed_dim, " is not a multiple of 4"),
        "sine and cosine of two axes share the channels; set model.embed_dim so that it divides");
  const auto float64 = torch::dtype(torch::kFloat64);
  const std::int64_t quarter = embed_dim / 4;
  const torch::Tensor frequencies =
      torch::pow(10000.0, -torch::arange(quarter, float64) / static_cast<double>(quarter));
  const auto encode = [&](std::int64_t length) {
    const torch::Tensor angles = torch::outer(torch::arange(length, float64), frequencies);
    return torch::cat({angles.sin(), angles.cos()}, 1);  // [length, D/2]
  };
  const torch::Tensor columns = encode(grid.width).unsqueeze(0).expand({grid.height, -1, -1});
  const torch::Tensor rows = encode(grid.height).unsqueeze(1).expand({-1, grid.width, -1});
  const torch::Tensor patches = torch::cat({columns, rows}, 2).flatten(0, 1);  // [N, D]
  const torch::Tensor prefix = torch::zeros({prefix_tokens, embed_dim}, float64);
  return torch::cat({prefix, patches}).unsqueeze(0).to(torch::kFloat32);
}

}  // namespace vit
