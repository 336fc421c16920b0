#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/models/layer_rules.h"

namespace vit {

/// Is given the name of a part of a model, as in the state_dict, and what came out of it.
using StageSink = std::function<void(const std::string& name, const torch::Tensor& output)>;

/// What every model of pictures can do, beside being a torch::nn::Module.
class ImageModel {
 public:
  virtual ~ImageModel() = default;

  /// x [B, C, H, W], normalised -> logits [B, num_classes]; pooled features where num_classes is 0.
  virtual torch::Tensor forward(const torch::Tensor& x) = 0;
  /// x [B, C, H, W] -> what comes before pooling and head: tokens after the final norm, [B, N, D].
  virtual torch::Tensor forward_features(const torch::Tensor& x) = 0;
  /// The features of forward_features -> logits.
  virtual torch::Tensor forward_head(const torch::Tensor& features) = 0;

  /// The logits of each head: one, or two for distilled models (class head, distillation head),
  /// whose mean is what forward_head gives.
  virtual std::vector<torch::Tensor> head_logits(const torch::Tensor& features) {
    return {forward_head(features)};
  }

  /// A forward pass that shows what comes out of each stage, from the first to `head`: for looking
  /// into a model, and for comparing it with another.
  virtual void forward_stages(const torch::Tensor& x, const StageSink& sink) {
    const torch::Tensor features = forward_features(x);
    sink("features", features);
    sink(classifier(), forward_head(features));
  }

  virtual torch::nn::Module& module() = 0;
  /// Draws all weights anew from the seed.
  virtual void init_weights(std::uint64_t seed) = 0;

  [[nodiscard]] virtual Size2 img_size() const = 0;
  [[nodiscard]] virtual std::int64_t in_chans() const = 0;
  [[nodiscard]] virtual std::int64_t num_classes() const = 0;
  /// Name of the module that maps features to logits, as in `head`.
  [[nodiscard]] virtual std::string classifier() const = 0;
  /// Parameters without weight decay beside biases and other one-dimensional ones (timm's
  /// no_weight_decay()).
  [[nodiscard]] virtual std::vector<std::string> no_weight_decay() const { return {}; }
  /// How parameters belong to layers, for layer-wise learning rates; by their names unless the
  /// family says otherwise.
  [[nodiscard]] virtual std::vector<LayerRule> layer_rules() const { return default_layer_rules(); }
};

}  // namespace vit
