#pragma once

#include <torch/nn/module.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vit/models/vit.h"
#include "vit/tasks/detect/detector.h"
#include "vit/tasks/detect/detr_loss.h"
#include "vit/tasks/detect/detr_mlp.h"

namespace vit {

struct YolosOptions {
  std::int64_t num_detection_tokens = 100;
  bool use_mid_position_embeddings = false;
  DetrLossOptions loss;
};
void describe(FieldVisitor& visitor, YolosOptions& options);

/// YOLOS (Fang et al. 2021): a plain ViT reads learned detection tokens behind its patches, and two
/// perceptrons say of each what object it stands for. Names are those of the authors' weights, but
/// for the tokens' positions, which stand beside the ViT's: `backbone`, `det_token` [1, Q, D],
/// `det_pos_embed` [1, Q, D], `mid_pos_embed` [L - 1, 1, prefix + N + Q, D] (positions that are
/// added again after each block but the last), `class_embed`, `bbox_embed`.
///
/// Positions are resampled to the patches of x as transformers does it, bicubic and not
/// antialiased, always where the grid is another one.
class Yolos final : public torch::nn::Module, public Detector {
 public:
  /// Throws Error (usage) where the backbone is no ViT with learned positions.
  Yolos(std::shared_ptr<ImageModel> backbone, const YolosOptions& options,
        std::int64_t num_classes);

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  void init_head(std::uint64_t seed) override;
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;
  [[nodiscard]] std::vector<LayerRule> layer_rules() const override;
  [[nodiscard]] std::vector<std::string> heads() const override {
    return {"class_embed", "bbox_embed"};
  }

  /// logits [B, Q, K + 1], the last of which is "no object"; pred_boxes [B, Q, 4]: cx, cy, w, h in
  /// 0..1.
  NamedTensors forward(const torch::Tensor& x) override;
  DetectorLoss loss(const torch::Tensor& x, const std::vector<ObjectTargets>& targets) override;
  [[nodiscard]] std::vector<std::string> loss_parts() const override { return detr_loss_parts(); }
  /// One for each query, its best class; as transformers' post_process_object_detection.
  torch::Tensor candidates(const torch::Tensor& x) override;
  [[nodiscard]] std::vector<std::vector<ObjectMatch>> matches(
      const torch::Tensor& x, const std::vector<ObjectTargets>& targets) override;
  LoadReport load(const std::filesystem::path& weights,
                  const std::vector<std::string>& classes) override;

  /// The detection tokens [B, Q, D] of x, behind the last block and its norm.
  [[nodiscard]] torch::Tensor detection_tokens(const torch::Tensor& x);

  torch::Tensor det_token, det_pos_embed, mid_pos_embed;  ///< the last is undefined without it

 private:
  [[nodiscard]] DetrOutputs outputs(const torch::Tensor& x);
  /// Patches [B, N, D] of this grid -> [B, prefix + N + Q, D], with positions.
  [[nodiscard]] torch::Tensor embed(const torch::Tensor& patches, Size2 grid);
  /// mid_pos_embed for patches of this grid.
  [[nodiscard]] torch::Tensor mid_positions(Size2 grid);

  YolosOptions options_;
  std::shared_ptr<ImageModel> backbone_;
  VisionTransformerImpl* vit_;  ///< the backbone
  DetrMlp class_embed_{nullptr}, bbox_embed_{nullptr};
};

[[nodiscard]] std::shared_ptr<Detector> make_yolos(std::shared_ptr<ImageModel> backbone,
                                                   const YolosOptions& options,
                                                   std::int64_t num_classes);

}  // namespace vit
