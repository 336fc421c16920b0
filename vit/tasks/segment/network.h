#pragma once

#include <torch/nn/module.h>

#include <memory>
#include <string>
#include <vector>

#include "vit/models/image_model.h"
#include "vit/tasks/segment/options.h"

namespace vit {

/// A backbone (`backbone`) with a head for the classes of pixels (`decode_head`, mmseg's name).
/// x [B, C, H, W] of any size -> logits [B, num_classes, H, W]: x is padded on the right and at the
/// bottom with zeros to whole patches, the head gives logits for each patch, and these are resized
/// bilinearly and cut to the size of x.
class SegmentNetwork final : public torch::nn::Module, public Network {
 public:
  SegmentNetwork(std::shared_ptr<ImageModel> backbone, const SegmentOptions& options,
                 std::int64_t num_classes);

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  /// Draws the head's weights alone.
  void init_head(std::uint64_t seed);
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;
  [[nodiscard]] std::vector<LayerRule> layer_rules() const override;
  [[nodiscard]] std::vector<std::string> heads() const override { return {"decode_head"}; }

  torch::Tensor forward(const torch::Tensor& x);
  /// The maps [B, D, h, w] that the head is given of x.
  [[nodiscard]] std::vector<torch::Tensor> features(const torch::Tensor& x);
  /// What the head makes of them, for an image of this size.
  [[nodiscard]] torch::Tensor logits(const std::vector<torch::Tensor>& features, Size2 size);

  [[nodiscard]] ImageModel& backbone() { return *backbone_; }
  [[nodiscard]] torch::nn::Module& head();
  [[nodiscard]] std::int64_t num_classes() const { return num_classes_; }
  /// Whether nothing of the backbone learns.
  [[nodiscard]] bool backbone_is_frozen() const;

 private:
  [[nodiscard]] Size2 padded(Size2 size) const;

  std::shared_ptr<ImageModel> backbone_;
  std::vector<std::int64_t> layers_;
  std::int64_t num_classes_;
  LinearSegHead linear_{nullptr};  // one of these
  DecoderLinear decoder_linear_{nullptr};
  MaskTransformer mask_transformer_{nullptr};
};

}  // namespace vit
