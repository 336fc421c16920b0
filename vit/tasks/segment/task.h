#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "vit/tasks/segment/config.h"
#include "vit/tasks/segment/masks.h"
#include "vit/tasks/segment/network.h"

namespace vit {

/// Learns the classes of pixels. Where nothing of the backbone learns, the features of each image
/// that doesn't vary (all that are evaluated at once, and training's where nothing varies them) are
/// computed once and kept in memory.
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
  [[nodiscard]] Batch random_batch(std::int64_t size, std::uint64_t seed) const override;

 private:
  class KeptPredictor;
  using Maps = std::vector<torch::Tensor>;    // of each layer, [B, D, h, w]
  using Kept = std::map<std::int64_t, Maps>;  // by the sample, each [1, D, h, w]
  [[nodiscard]] Maps features(const Batch& batch);
  /// Those of a batch whose images are always the same, computed once.
  [[nodiscard]] Maps kept_features(const Batch& batch, Kept& kept);

  SegmentConfig config_;
  InputSpec input_;
  std::vector<std::string> classes_;
  std::shared_ptr<SegmentNetwork> network_;
  std::unique_ptr<Collator> train_collator_, val_collator_;
  bool trains_ = false, images_vary_ = true;
  Kept train_kept_, val_kept_;
};

}  // namespace vit
