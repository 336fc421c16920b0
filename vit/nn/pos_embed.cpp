#include "vit/nn/pos_embed.h"

#include <ATen/ops/_upsample_bicubic2d_aa.h>

#include "vit/core/error.h"

namespace vit {
namespace {

/// Sine and cosine of both axes; `frequencies` [D/4] float64.
torch::Tensor sincos2d(const torch::Tensor& frequencies, Size2 grid, std::int64_t prefix_tokens) {
  const auto float64 = torch::dtype(torch::kFloat64);
  const auto encode = [&](std::int64_t length) {
    const torch::Tensor angles = torch::outer(torch::arange(length, float64), frequencies);
    return torch::cat({angles.sin(), angles.cos()}, 1);  // [length, D/2]
  };
  const torch::Tensor columns = encode(grid.width).unsqueeze(0).expand({grid.height, -1, -1});
  const torch::Tensor rows = encode(grid.height).unsqueeze(1).expand({-1, grid.width, -1});
  const torch::Tensor patches = torch::cat({columns, rows}, 2).flatten(0, 1);  // [N, D]
  const torch::Tensor prefix = torch::zeros({prefix_tokens, patches.size(1)}, float64);
  return torch::cat({prefix, patches}).unsqueeze(0).to(torch::kFloat32);
}

/// `first` is the smallest embed_dim that the formula works for.
torch::Tensor quarters(std::int64_t embed_dim, std::int64_t first) {
  if (embed_dim % 4 != 0 || embed_dim < first)
    throw Error(
        ErrorKind::usage, "pos_embed: sincos2d",
        str("embed_dim ", embed_dim, " is not a multiple of 4",
            embed_dim % 4 == 0 ? str(" of at least ", first) : ""),
        "sine and cosine of two axes share the channels; set model.embed_dim so that it divides");
  return torch::arange(embed_dim / 4, torch::dtype(torch::kFloat64));
}

}  // namespace

torch::Tensor sincos2d_pos_embed(std::int64_t embed_dim, Size2 grid, std::int64_t prefix_tokens) {
  const torch::Tensor k = quarters(embed_dim, 4);
  return sincos2d(torch::pow(10000.0, -k / static_cast<double>(embed_dim / 4)), grid,
                  prefix_tokens);
}

torch::Tensor big_vision_sincos2d_pos_embed(std::int64_t embed_dim, Size2 grid,
                                            std::int64_t prefix_tokens) {
  const torch::Tensor k = quarters(embed_dim, 8);
  return sincos2d(torch::pow(10000.0, -k / static_cast<double>(embed_dim / 4 - 1)), grid,
                  prefix_tokens);
}

torch::Tensor resample_pos_embed(const torch::Tensor& pos_embed, Size2 from, Size2 to,
                                 std::int64_t prefix_tokens) {
  const torch::Tensor planes = pos_embed.slice(1, prefix_tokens)
                                   .to(torch::kFloat32)
                                   .unflatten(1, {from.height, from.width})
                                   .permute({0, 3, 1, 2});  // [1, D, h, w]
  const torch::Tensor patches = at::_upsample_bicubic2d_aa(planes, {to.height, to.width},
                                                           /*align_corners=*/false)
                                    .flatten(2)
                                    .transpose(1, 2)  // [1, N, D]
                                    .to(pos_embed.scalar_type());
  if (prefix_tokens == 0) return patches;
  return torch::cat({pos_embed.slice(1, 0, prefix_tokens), patches}, 1);
}

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
