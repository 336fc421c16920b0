#include "vit/nn/rope.h"

#include <numbers>

#include "vit/core/error.h"

namespace vit {
namespace {

/// Positions along one axis, [length] float32 (the type in which the reference code computes them).
torch::Tensor positions(const RopeOptions& options, std::int64_t length, std::int64_t reference) {
  const torch::Tensor numbers = torch::arange(length, torch::kFloat32);
  if (options.kind == RopeKind::dinov3)
    return 2 * ((numbers + 0.5 + options.grid_offset) / static_cast<double>(length)) - 1;
  const torch::Tensor shifted = numbers + options.grid_offset;
  if (reference == 0) return shifted;
  return shifted / static_cast<double>(length) * static_cast<double>(reference);
}

/// What a position is multiplied with to give the angle of each channel pair, [Dh / 4].
torch::Tensor frequencies(const RopeOptions& options) {
  const std::int64_t count = options.head_dim / 4;
  const torch::Tensor numbers = torch::arange(count, torch::kFloat32);
  if (options.kind == RopeKind::eva)
    return 1.0 / torch::pow(options.temperature, numbers / static_cast<double>(count));
  const torch::Tensor periods =
      torch::pow(options.temperature, 2 * numbers / static_cast<double>(options.head_dim / 2));
  return 2 * std::numbers::pi / periods;
}

}  // namespace

Rotation rotary_encoding(const RopeOptions& options, Size2 grid, std::int64_t prefix_tokens) {
  if (options.head_dim % 4 != 0)
    throw Error(ErrorKind::usage, "rotary position encoding",
                str("the width of a head is ", options.head_dim, ", no multiple of 4"),
                "sine and cosine of two axes share its channels; set model.embed_dim or "
                "model.num_heads so that embed_dim / num_heads is a multiple of 4");
  const torch::Tensor bands = frequencies(options);
  const auto angles = [&](std::int64_t length, std::int64_t reference) {
    return torch::outer(positions(options, length, reference), bands);  // [length, Dh / 4]
  };
  const torch::Tensor rows =
      angles(grid.height, options.reference.height).unsqueeze(1).expand({-1, grid.width, -1});
  const torch::Tensor columns =
      angles(grid.width, options.reference.width).unsqueeze(0).expand({grid.height, -1, -1});
  const torch::Tensor both =
      options.columns_first ? torch::cat({columns, rows}, 2) : torch::cat({rows, columns}, 2);
  const torch::Tensor pairs = both.flatten(0, 1);  // [N, Dh / 2]
  const torch::Tensor channels =
      options.rotate_half ? torch::cat({pairs, pairs}, 1) : pairs.repeat_interleave(2, 1);
  return {channels.sin(), channels.cos(), options.rotate_half, prefix_tokens};
}

torch::Tensor rotate(const torch::Tensor& x, const Rotation& rotation) {
  const torch::Tensor patches = x.slice(2, rotation.prefix_tokens);  // [B, H, N, Dh]
  // Each pair (a, b) turns to (a cos - b sin, b cos + a sin).
  torch::Tensor quarter_turn;  // (-b, a)
  if (rotation.rotate_half) {
    const auto halves = patches.chunk(2, -1);
    quarter_turn = torch::cat({-halves[1], halves[0]}, -1);
  } else {
    const torch::Tensor pairs = patches.unflatten(-1, {-1, 2});
    quarter_turn = torch::stack({-pairs.select(-1, 1), pairs.select(-1, 0)}, -1).flatten(-2);
  }
  // By type_as, so that a trace takes the type of what it is given: an exported model may be
  // converted to half precision.
  const torch::Tensor turned = (patches * rotation.cos + quarter_turn * rotation.sin).type_as(x);
  if (rotation.prefix_tokens == 0) return turned;
  return torch::cat({x.slice(2, 0, rotation.prefix_tokens), turned}, 2);
}

}  // namespace vit
