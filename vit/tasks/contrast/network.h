#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <string>
#include <vector>

#include "vit/loss/contrastive.h"
#include "vit/models/image_model.h"
#include "vit/tasks/contrast/options.h"
#include "vit/tasks/contrast/text_tower.h"

namespace vit {

/// A tower for images (`image`, any ImageModel: its classifier is the projection; without one its
/// pooled features are the embedding) and one for texts (`text`), whose embeddings are compared:
/// logits = exp(logit_scale) image·text + logit_bias, the bias being SigLIP's.
class ContrastNetwork final : public torch::nn::Module, public Network {
 public:
  /// The text's vocabulary is known.
  ContrastNetwork(std::shared_ptr<ImageModel> image, const ContrastOptions& options);

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  /// Draws all but the image tower.
  void init_text(std::uint64_t seed);
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;
  [[nodiscard]] std::vector<LayerRule> layer_rules() const override;
  [[nodiscard]] std::vector<std::string> heads() const override;

  /// Images [B, C, H, W] -> [B, E], of length 1.
  [[nodiscard]] torch::Tensor embed_images(const torch::Tensor& x);
  /// Token ids [B, L] int64 -> [B, E], of length 1.
  [[nodiscard]] torch::Tensor embed_texts(const torch::Tensor& ids);
  /// What embeddings are compared with images by, so that image·result are logits but for the bias:
  /// ids -> [B, E] of length exp(logit_scale).
  [[nodiscard]] torch::Tensor scaled_texts(const torch::Tensor& ids);
  /// [N, M] of unit embeddings [N, E] and [M, E].
  [[nodiscard]] torch::Tensor logits(const torch::Tensor& images, const torch::Tensor& texts);
  [[nodiscard]] torch::Tensor loss(const ContrastivePairs& pairs);
  /// Keeps exp(logit_scale) within [1, 100] (Radford et al. 2021, section 2.5).
  void clamp_scale();

  [[nodiscard]] ImageModel& image() { return *image_; }
  [[nodiscard]] TextTowerImpl& text() { return *text_; }
  [[nodiscard]] bool image_is_frozen() const;

  torch::Tensor logit_scale;  ///< scalar, the logarithm
  torch::Tensor logit_bias;   ///< scalar; undefined for CLIP

 private:
  std::shared_ptr<ImageModel> image_;
  ContrastOptions options_;
  TextTower text_{nullptr};
};

}  // namespace vit
