#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "vit/core/fields.h"
#include "vit/models/image_model.h"
#include "vit/nn/linear.h"

namespace vit {

struct LinearModelOptions {
  Size2 img_size{32, 32};
  std::int64_t in_chans = 3;
  std::int64_t num_classes = 1000;
};
void describe(FieldVisitor& visitor, LinearModelOptions& options);

/// Logistic regression on the pixels: the baseline that says whether a data set needs a network at
/// all. x [B, C, H, W] -> [B, num_classes].
class LinearModelImpl : public torch::nn::Cloneable<LinearModelImpl>, public ImageModel {
 public:
  explicit LinearModelImpl(const LinearModelOptions& options);
  void reset() override;

  torch::Tensor forward(const torch::Tensor& x) override {
    return forward_head(forward_features(x));
  }
  /// [B, 1, C * H * W]
  torch::Tensor forward_features(const torch::Tensor& x) override;
  torch::Tensor forward_head(const torch::Tensor& features) override;

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  [[nodiscard]] Size2 img_size() const override { return options.img_size; }
  [[nodiscard]] std::int64_t in_chans() const override { return options.in_chans; }
  [[nodiscard]] std::int64_t num_classes() const override { return options.num_classes; }
  [[nodiscard]] std::string classifier() const override { return "head"; }

  LinearModelOptions options;
  Linear head{nullptr};
};
TORCH_MODULE(LinearModel);

}  // namespace vit
