#pragma once

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vit/train/trainer.h"

namespace vit {

/// What a frozen model makes of a data set.
struct Features {
  torch::Tensor values;  ///< [N, D] float32, what the head is given
  torch::Tensor labels;  ///< [N] int64
};

/// Computes features without augmentation. `body`: a model without a head. Nothing where `stop` was
/// set on the way.
[[nodiscard]] std::optional<Features> extract_features(ImageModel& body, const Dataset& data,
                                                       const Pipeline& pipeline,
                                                       const LoaderOptions& loader,
                                                       c10::Device device, const std::string& amp,
                                                       const std::atomic<bool>* stop);

/// The features in `file` where they are those of `key` (all that they depend on); otherwise
/// computes them and writes the file.
[[nodiscard]] std::optional<Features> cached_features(
    const std::filesystem::path& file, const std::string& key,
    const std::function<std::optional<Features>()>& compute);

/// Batches of features in place of images, in this order, from batch `first` on. `features` must
/// outlive the object.
[[nodiscard]] std::unique_ptr<BatchSource> feature_batches(const Features& features,
                                                           std::vector<std::int64_t> order,
                                                           const LoaderOptions& loader,
                                                           std::int64_t first);

/// The classifier of a model by itself, a linear layer: it is given features, [B, D]. Its weights
/// are the model's own, so that what it learns the model knows, and everything but the forward pass
/// is the model's, which must outlive the object.
class ProbedHead final : public ImageModel {
 public:
  /// Throws Error (usage) where the classifier is no linear layer.
  explicit ProbedHead(ImageModel& model);

  torch::Tensor forward(const torch::Tensor& features) override { return forward_head(features); }
  torch::Tensor forward_features(const torch::Tensor& features) override { return features; }
  torch::Tensor forward_head(const torch::Tensor& features) override;
  torch::nn::Module& module() override { return model_.module(); }
  void init_weights(std::uint64_t seed) override { model_.init_weights(seed); }
  [[nodiscard]] Size2 img_size() const override { return model_.img_size(); }
  [[nodiscard]] std::int64_t in_chans() const override { return model_.in_chans(); }
  [[nodiscard]] std::int64_t num_classes() const override { return model_.num_classes(); }
  [[nodiscard]] std::string classifier() const override { return model_.classifier(); }

 private:
  ImageModel& model_;
  torch::Tensor weight_, bias_;  // [K, D] and [K], or undefined
};

}  // namespace vit
