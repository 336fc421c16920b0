#pragma once

#include <memory>

#include "vit/models/image_model.h"
#include "vit/tasks/detect/detector.h"
#include "vit/tasks/detect/fcos_cells.h"
#include "vit/tasks/detect/fcos_head.h"
#include "vit/tasks/detect/feature_pyramid.h"

namespace vit {

struct FCOSOptions {
  std::int64_t channels = 128;  ///< of the pyramid's maps
  std::int64_t num_convs = 2;   ///< of each tower of the head
  std::vector<double> scale_factors{2, 1, 0.5};
  bool extra_level = false;
  std::string points = "centre";  ///< of the cells, or their corner
  double center_radius = 1.5;
  double score_threshold = 0.01;
  std::int64_t candidates = 1000;  ///< of each map, before duplicates are removed
  double nms = 0.6;
};
void describe(FieldVisitor& visitor, FCOSOptions& options);

/// FCOS (Tian et al. 2020): every cell of a pyramid of maps says which class its object has, where
/// the sides of its box are, and how central the cell lies in it. Parts: `backbone`, `fpn`, `head`.
/// Equal to torchvision's FCOS where its maps are, with `points: corner`.
class FCOS final : public torch::nn::Module, public Detector {
 public:
  FCOS(std::shared_ptr<ImageModel> backbone, const FCOSOptions& options, std::int64_t num_classes);

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  void init_head(std::uint64_t seed) override;
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;
  [[nodiscard]] std::vector<LayerRule> layer_rules() const override;
  [[nodiscard]] std::vector<std::string> heads() const override { return {"fpn", "head"}; }

  /// cls_logits [B, N, K], bbox_regression [B, N, 4], bbox_ctrness [B, N, 1]
  NamedTensors forward(const torch::Tensor& x) override;
  DetectorLoss loss(const torch::Tensor& x, const std::vector<ObjectTargets>& targets) override;
  [[nodiscard]] std::vector<std::string> loss_parts() const override {
    return {"class", "giou", "centerness"};
  }
  torch::Tensor candidates(const torch::Tensor& x) override;
  [[nodiscard]] std::optional<double> nms_iou() const override { return options_.nms; }
  LoadReport load(const std::filesystem::path& weights,
                  const std::vector<std::string>& classes) override;

  // The same in two steps, for a backbone that is frozen.
  using Maps = std::vector<torch::Tensor>;
  /// The backbone's maps of x, [B, D, h, w] for each layer that the pyramid builds on.
  [[nodiscard]] Maps features(const torch::Tensor& x);
  [[nodiscard]] DetectorLoss loss_of(const Maps& features, Size2 input,
                                     const std::vector<ObjectTargets>& targets);
  [[nodiscard]] torch::Tensor candidates_of(const Maps& features, Size2 input);
  /// The maps that the head is given.
  [[nodiscard]] Maps pyramid_of(const Maps& features) { return pyramid_->forward(features); }

 private:
  struct Seen {
    FCOSOutputs outputs;
    FCOSCells cells;
  };
  [[nodiscard]] Seen see(const Maps& features, Size2 input);

  FCOSOptions options_;
  std::shared_ptr<ImageModel> backbone_;
  std::shared_ptr<FeaturePyramid> pyramid_;
  std::shared_ptr<FCOSHead> head_;
  std::vector<std::int64_t> layers_;
};

/// The loss of FCOS (equation 2): focal loss of the classes, GIoU of the boxes, cross entropy of
/// the centre-ness, each summed over the batch and divided by the number of cells that answer for
/// an object (at least 1).
[[nodiscard]] DetectorLoss fcos_loss(const FCOSOutputs& outputs, const FCOSCells& cells,
                                     const std::vector<ObjectTargets>& targets, double radius);

}  // namespace vit
