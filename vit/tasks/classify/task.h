#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vit/tasks/classify/collator.h"
#include "vit/tasks/classify/config.h"
#include "vit/tasks/classify/distill.h"

namespace vit {

/// Image classification: by cross entropy, or binary cross entropy, focal loss, AugMix's
/// consistency; with a teacher, if there is one.
class ClassifyTask : public Task {
 public:
  ClassifyTask(std::shared_ptr<ImageModel> model, const ClassifyConfig& config,
               const InputSpec& input, std::vector<std::string> classes,
               const MixupOptions& mixup = {}, std::uint64_t seed = 0,
               std::shared_ptr<Teacher> teacher = nullptr);

  Network& network() override { return *model_; }
  [[nodiscard]] const Collator& collator(Split split) const override {
    if (split == Split::train) return train_collator_;
    return val_collator_;
  }
  TaskStep step(const Batch& batch) override;
  [[nodiscard]] Metrics parts() const override;
  [[nodiscard]] std::unique_ptr<Predictor> predictor() override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  [[nodiscard]] ExportedGraph exported() override;
  LoadReport load(const std::filesystem::path& checkpoint) override;
  [[nodiscard]] Batch random_batch(std::int64_t size, std::uint64_t seed) const override;

 private:
  [[nodiscard]] torch::Tensor loss(const torch::Tensor& logits, const Batch& batch);

  std::shared_ptr<ImageModel> model_;
  ClassifyConfig config_;
  const ClassifyOptions& options_;
  InputSpec input_;
  std::vector<std::string> classes_;
  std::shared_ptr<Teacher> teacher_;
  torch::Tensor class_weights_;
  MixingCollator train_collator_;
  LabelCollator val_collator_;
};

}  // namespace vit
