#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vit/tasks/kept_features.h"
#include "vit/tasks/segment/config.h"
#include "vit/tasks/segment/masks.h"
#include "vit/tasks/segment/network.h"

namespace vit {

/// Learns the classes of pixels. Where nothing of the backbone learns, the features of images that
/// come in few versions (all that are evaluated at once, and training's where they are at most
/// mirrored or turned) are computed once and kept in memory.
class SegmentTask final : public Task {
 public:
  SegmentTask(const SegmentConfig& config, const TaskContext& context);

  Network& network() override { return *network_; }
  [[nodiscard]] const Collator& collator(Split split) const override {
    return split == Split::train ? *train_collator_ : *val_collator_;
  }
  TaskStep step(const Batch& batch) override;
  [[nodiscard]] Metrics parts() const override;
  [[nodiscard]] std::unique_ptr<Predictor> predictor() override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  [[nodiscard]] ExportedGraph exported() override;
  LoadReport load(const std::filesystem::path& checkpoint) override;
  LoadReport load_backbone(const std::filesystem::path& weights) override;
  [[nodiscard]] Batch random_batch(std::int64_t size, std::uint64_t seed) const override;

 private:
  class KeptPredictor;
  using Maps = KeptFeatures::Maps;
  [[nodiscard]] Maps features(const Batch& batch);

  SegmentConfig config_;
  InputSpec input_;
  std::vector<std::string> classes_;
  std::shared_ptr<SegmentNetwork> network_;
  std::unique_ptr<Collator> train_collator_, val_collator_;
  bool trains_ = false, keeps_ = false;  // the features of training images
  KeptFeatures train_kept_, val_kept_;
};

}  // namespace vit
