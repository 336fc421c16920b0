#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vit/tasks/dino/config.h"
#include "vit/tasks/dino/dino_network.h"

namespace vit {

class DinoTask final : public Task {
 public:
  DinoTask(const DinoConfig& config, const TaskContext& context);

  Network& network() override { return *network_; }
  [[nodiscard]] const Collator& collator(Split split) const override {
    return split == Split::train ? *train_collator_ : *val_collator_;
  }
  TaskStep step(const Batch& batch) override;
  [[nodiscard]] Metrics parts() const override;
  /// The teacher follows the student, and the centres what the teacher has said.
  void after_update(std::int64_t update) override;
  /// Of the teacher, which is better than the student.
  [[nodiscard]] std::unique_ptr<Predictor> predictor() override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  /// The teacher's backbone alone.
  [[nodiscard]] ExportedGraph exported() override;
  LoadReport load(const std::filesystem::path& checkpoint) override;
  /// The teacher's, for student and teacher.
  LoadReport load_backbone(const std::filesystem::path& weights) override;
  [[nodiscard]] Batch random_batch(std::int64_t size, std::uint64_t seed) const override;

 private:
  /// Pooled features of views, and those of the patches of the first ones (iBOT).
  struct Seen {
    torch::Tensor pooled;   // [V, B, D]
    torch::Tensor patches;  // [G B, N, D], undefined where nothing is masked
  };
  [[nodiscard]] Seen see(ImageModel& model, const std::vector<torch::Tensor>& views,
                         const torch::Tensor& mask);
  /// The teacher's distribution of these logits [M, K] by the centre that it has.
  [[nodiscard]] torch::Tensor distribution(const torch::Tensor& logits, const KeptCentre& centre,
                                           double temperature) const;

  DinoConfig config_;
  InputSpec input_;
  std::vector<std::string> classes_;
  std::uint64_t seed_;
  std::int64_t updates_per_epoch_ = 1, total_updates_ = 1;
  MultiCropOptions views_;
  std::shared_ptr<DinoNetwork> network_;
  std::unique_ptr<Collator> train_collator_, val_collator_;
  torch::Tensor next_centre_, next_ibot_centre_;  // once the update is made
};

}  // namespace vit
