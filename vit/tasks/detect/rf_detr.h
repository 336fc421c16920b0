#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vit/models/image_model.h"
#include "vit/tasks/detect/detector.h"
#include "vit/tasks/detect/rf_detr_loss.h"
#include "vit/tasks/detect/rf_detr_mask_head.h"
#include "vit/tasks/detect/rf_detr_projector.h"
#include "vit/tasks/detect/rf_detr_transformer.h"

namespace vit {

class VisionTransformerImpl;

/// A learned row for each query of each group, [rows, width]; named `weight`, as torch.nn's
/// Embedding.
class QueryTableImpl : public torch::nn::Cloneable<QueryTableImpl> {
 public:
  QueryTableImpl(std::int64_t rows, std::int64_t width);
  void reset() override;

  std::int64_t rows, width;
  torch::Tensor weight;
};
TORCH_MODULE(QueryTable);

/// All that RF-DETR computes of a batch, with the queries of `groups` groups.
struct RfDetrOutputs {
  torch::Tensor map;                  ///< [B, D, h, w], what the queries look at
  RfDetrStage encoder;                ///< the first stage
  torch::Tensor references;           ///< [B, Q, 4], where the queries start
  std::vector<torch::Tensor> hidden;  ///< [B, Q, D], the queries behind each layer of the decoder
  std::int64_t groups = 1;
};

/// RF-DETR: a windowed ViT, a projector, proposals and a decoder whose queries look at points of
/// the image (see their files). Every query of the decoder says one object; no box is found twice,
/// so that there are no duplicates to remove. In training all groups of queries learn, in
/// evaluation the first one predicts.
///
/// With `masks` each query also says which pixels its object takes (RfDetrMaskHead); masks take
/// part in the matching and in the loss where the objects have some.
///
/// Names are its repository's, without `backbone.0.` before the projector; the ViT is `backbone`
/// with timm's names.
class RfDetr final : public torch::nn::Module, public Detector {
 public:
  /// Draws what is not the backbone from the seed of the InitialWeights that is alive. Throws Error
  /// (usage) where the backbone is no plain ViT, or the options do not fit it.
  RfDetr(std::shared_ptr<ImageModel> backbone, const RfDetrOptions& options,
         std::int64_t num_classes);

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  void init_head(std::uint64_t seed) override;
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;
  [[nodiscard]] std::vector<LayerRule> layer_rules() const override;
  [[nodiscard]] std::vector<std::string> heads() const override;

  /// logits [B, Q, K], pred_boxes [B, Q, 4], and with masks pred_masks [B, Q, h, w], logits.
  NamedTensors forward(const torch::Tensor& x) override;
  DetectorLoss loss(const torch::Tensor& x, const std::vector<ObjectTargets>& targets) override;
  /// The same with other random points of masks than the step's own.
  DetectorLoss loss(const torch::Tensor& x, const std::vector<ObjectTargets>& targets,
                    const DrawUniform& draw);
  [[nodiscard]] std::vector<std::string> loss_parts() const override;
  torch::Tensor candidates(const torch::Tensor& x) override;
  [[nodiscard]] std::vector<std::vector<ObjectMatch>> matches(
      const torch::Tensor& x, const std::vector<ObjectTargets>& targets) override;
  LoadReport load(const std::filesystem::path& weights,
                  const std::vector<std::string>& classes) override;

  /// The maps that are joined for the projector, each [B, D, h, w].
  [[nodiscard]] std::vector<torch::Tensor> features(const torch::Tensor& x);
  [[nodiscard]] RfDetrOutputs run(const torch::Tensor& x);
  /// What the queries behind a layer of the decoder say.
  [[nodiscard]] RfDetrStage read(const torch::Tensor& hidden, const torch::Tensor& references);
  /// What is learned of images of `size` pixels: the first stage, and what each layer says; with
  /// masks, where there is a head for them.
  [[nodiscard]] std::vector<RfDetrStage> stages(const RfDetrOutputs& outputs, Size2 size);

  [[nodiscard]] ImageModel& backbone() { return *backbone_; }
  [[nodiscard]] const RfDetrOptions& options() const { return options_; }
  [[nodiscard]] std::int64_t num_classes() const { return num_classes_; }

  RfDetrProjector projector{nullptr};
  RfDetrTransformer transformer{nullptr};
  Linear class_embed{nullptr};
  DetrMlp bbox_embed{nullptr};
  RfDetrMaskHead segmentation_head{nullptr};  ///< null without masks
  QueryTable refpoint_embed{nullptr}, query_feat{nullptr};

 private:
  /// What the last layer says, with masks where there is a head for them.
  [[nodiscard]] RfDetrStage last_stage(const torch::Tensor& x);

  std::shared_ptr<ImageModel> backbone_;
  VisionTransformerImpl* vit_ = nullptr;  ///< the backbone
  RfDetrOptions options_;                 ///< resolved
  std::int64_t num_classes_;
};

[[nodiscard]] std::shared_ptr<Detector> make_rf_detr(std::shared_ptr<ImageModel> backbone,
                                                     const RfDetrOptions& options,
                                                     std::int64_t num_classes);

}  // namespace vit
