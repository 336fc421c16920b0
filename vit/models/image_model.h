#pragma once

#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

#include "vit/models/backbone.h"

namespace vit {

/// Is given the name of a part of a model, as in the state_dict, and what came out of it.
using StageSink = std::function<void(const std::string& name, const torch::Tensor& output)>;

/// A backbone with a classifier behind it: what timm's models are.
class ImageModel : public Backbone {
 public:
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

  [[nodiscard]] virtual std::int64_t num_classes() const = 0;
  /// Name of the module that maps features to logits, as in `head`.
  [[nodiscard]] virtual std::string classifier() const = 0;
  [[nodiscard]] std::vector<std::string> heads() const override { return {classifier()}; }

  // Of families that nothing builds on yet: features() throws Error (usage).
  [[nodiscard]] std::vector<Features> features(const torch::Tensor& x,
                                               const FeatureRequest& request = {}) override;
  [[nodiscard]] std::int64_t num_layers() const override { return 1; }
  [[nodiscard]] std::vector<std::int64_t> widths() const override { return {}; }
  [[nodiscard]] Size2 stride() const override { return {1, 1}; }
};

}  // namespace vit
