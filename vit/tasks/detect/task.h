#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vit/tasks/detect/config.h"
#include "vit/tasks/detect/detector.h"
#include "vit/tasks/kept_features.h"

namespace vit {

/// Learns to find objects. Where nothing of the backbone learns, a dense head is given features
/// that are computed once and kept in memory, of images that come in few versions (see
/// KeptFeatures).
class DetectTask final : public Task {
 public:
  DetectTask(const DetectConfig& config, const TaskContext& context);

  Network& network() override { return *detector_; }
  [[nodiscard]] const Collator& collator(Split /*split*/) const override { return *collator_; }
  TaskStep step(const Batch& batch) override;
  void dry_step(const Batch& batch) override;
  [[nodiscard]] Metrics parts() const override;
  [[nodiscard]] std::unique_ptr<Predictor> predictor() override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  [[nodiscard]] ExportedGraph exported() override;
  [[nodiscard]] NamedTensors outputs(const NamedTensors& inputs) override;
  LoadReport load(const std::filesystem::path& checkpoint) override;
  LoadReport load_backbone(const std::filesystem::path& weights) override;
  [[nodiscard]] Batch random_batch(std::int64_t size, std::uint64_t seed) const override;

 private:
  DetectConfig config_;
  InputSpec input_;
  std::vector<std::string> classes_;
  std::shared_ptr<ImageModel> backbone_;
  std::shared_ptr<Detector> detector_;
  std::unique_ptr<Collator> collator_;

  /// The dense head on a frozen backbone; null where it is another one, or all of it learns.
  [[nodiscard]] FCOS* on_frozen_backbone() const;
  class KeptPredictor;
  const Dataset* learned_ = nullptr;  // that it is trained on
  bool keeps_ = false;                // the features of its images
  KeptFeatures train_kept_, val_kept_;
};

/// The detector of `task.head` on a backbone; its head's weights are unset.
[[nodiscard]] std::shared_ptr<Detector> make_detector(const DetectOptions& options,
                                                      std::shared_ptr<ImageModel> backbone,
                                                      std::int64_t num_classes);

}  // namespace vit
