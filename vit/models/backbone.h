#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "vit/core/fields.h"
#include "vit/models/network.h"

namespace vit {

/// Which features are asked for.
struct FeatureRequest {
  /// Blocks (of a ViT, counted from 0) or stages (of a convolutional network); negative ones count
  /// from the end. Empty: what forward_features gives, that is, the last one with the final norm.
  std::vector<std::int64_t> layers{};
  bool norm = true;  ///< whether the final norm is applied to each of them
  /// The patches that are computed, [B, K] int64 positions; undefined: all.
  torch::Tensor keep{};
  /// The patches whose embedding `mask_token` [D] replaces, before the positions are added, [B, N]
  /// bool; undefined: none.
  torch::Tensor mask{}, mask_token{};
};

/// The features of one layer: tokens of the patches in reading order, behind `prefix` others (class
/// token, registers).
struct Features {
  torch::Tensor tokens;  ///< [B, prefix + N, D]
  std::int64_t prefix = 0;
  Size2 grid{};  ///< of the patches; N = height * width unless some were left out

  /// [B, D, h, w], without the prefix.
  [[nodiscard]] torch::Tensor map() const {
    const torch::Tensor patches = prefix > 0 ? tokens.slice(1, prefix) : tokens;
    return patches.transpose(1, 2).unflatten(2, {grid.height, grid.width});
  }
};

/// A network of images that others build on: what dense tasks and self-supervision are given.
class Backbone : public Network {
 public:
  /// x [B, C, H, W], normalised -> the features of each layer that is asked for, in their order.
  /// Throws Error (usage) for layers that it does not have, and for what it cannot do.
  [[nodiscard]] virtual std::vector<Features> features(const torch::Tensor& x,
                                                       const FeatureRequest& request = {}) = 0;
  /// How many layers `features` can be asked for.
  [[nodiscard]] virtual std::int64_t num_layers() const = 0;
  /// Channels of the features of each layer.
  [[nodiscard]] virtual std::vector<std::int64_t> widths() const = 0;
  /// Pixels that one token or feature of the last layer stands for.
  [[nodiscard]] virtual Size2 stride() const = 0;

  [[nodiscard]] virtual Size2 img_size() const = 0;
  [[nodiscard]] virtual std::int64_t in_chans() const = 0;
};

/// The layers of a request, each in 0 … count - 1; the last one where none is named. Throws Error
/// (usage) at `where` for one that there is not.
[[nodiscard]] std::vector<std::int64_t> resolved_layers(const FeatureRequest& request,
                                                        std::int64_t count, const char* where);

/// The features of a network of stages, whose maps [B, C, h, w] `stages` computes.
[[nodiscard]] std::vector<Features> features_of_stages(
    const FeatureRequest& request, const char* where,
    const std::function<std::vector<torch::Tensor>()>& stages);

}  // namespace vit
