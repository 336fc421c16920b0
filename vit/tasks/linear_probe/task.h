#pragma once

#include <optional>

#include "vit/tasks/classify/task.h"
#include "vit/tasks/features.h"
#include "vit/tasks/linear_probe/config.h"
#include "vit/tasks/linear_probe/probed_head.h"

namespace vit {

/// Trains the head of a model on features of both splits, which are computed first.
class LinearProbeTask final : public Task {
 public:
  LinearProbeTask(const LinearProbeConfig& config, const TaskContext& context);

  Network& network() override { return *head_; }
  [[nodiscard]] const Collator& collator(Split split) const override {
    return of_head_.collator(split);
  }
  TaskStep step(const Batch& batch) override { return of_head_.step(batch); }
  void dry_step(const Batch& batch) override { context_.model->forward(batch.images); }
  [[nodiscard]] Metrics parts() const override { return of_head_.parts(); }
  /// On features once they are there, else on images.
  [[nodiscard]] std::unique_ptr<Predictor> predictor() override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override {
    return of_head_.evaluation();
  }
  /// The whole model, which takes images.
  [[nodiscard]] ExportedGraph exported() override;
  LoadReport load(const std::filesystem::path& checkpoint) override;
  [[nodiscard]] Batch random_batch(std::int64_t size, std::uint64_t seed) const override;
  bool prepare(const std::atomic<bool>* stop) override;
  [[nodiscard]] std::unique_ptr<BatchSource> batches(Split split, std::vector<std::int64_t> order,
                                                     const LoaderOptions& loader,
                                                     std::int64_t first) override;
  /// One linear layer has nothing to gain by less.
  [[nodiscard]] bool full_precision() const override { return true; }

 private:
  TaskContext context_;
  std::shared_ptr<ProbedHead> head_;
  ClassifyTask of_head_;
  ModelSpec body_;
  std::optional<CachedFeatures> train_, val_;
};

}  // namespace vit
