#pragma once

#include <memory>

#include "vit/models/image_model.h"

namespace vit {

/// The classifier of a model by itself, a linear layer: it is given features, [B, D]. Its weights
/// are the model's own, so that what it learns the model knows, and everything but the forward pass
/// is the model's.
class ProbedHead final : public ImageModel {
 public:
  /// Throws Error (usage) where the classifier is no linear layer.
  explicit ProbedHead(std::shared_ptr<ImageModel> model);

  torch::Tensor forward(const torch::Tensor& features) override { return forward_head(features); }
  torch::Tensor forward_features(const torch::Tensor& features) override { return features; }
  torch::Tensor forward_head(const torch::Tensor& features) override;
  torch::nn::Module& module() override { return model_->module(); }
  void init_weights(std::uint64_t seed) override { model_->init_weights(seed); }
  [[nodiscard]] Size2 img_size() const override { return model_->img_size(); }
  [[nodiscard]] std::int64_t in_chans() const override { return model_->in_chans(); }
  [[nodiscard]] std::int64_t num_classes() const override { return model_->num_classes(); }
  [[nodiscard]] std::string classifier() const override { return model_->classifier(); }
  [[nodiscard]] std::int64_t in_features() const { return weight_.size(1); }

 private:
  std::shared_ptr<ImageModel> model_;
  torch::Tensor weight_, bias_;  // [K, D] and [K], or undefined
};

}  // namespace vit
