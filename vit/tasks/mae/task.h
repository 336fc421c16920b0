#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vit/tasks/mae/config.h"
#include "vit/tasks/mae/mae_network.h"
#include "vit/tasks/mae/mask_noise.h"

namespace vit {

/// Learns to complete images. In training each sample's mask is drawn anew in every epoch; what is
/// evaluated or predicted has one mask for all, drawn from the seed.
class MaeTask final : public Task {
 public:
  MaeTask(const MaeConfig& config, const TaskContext& context);

  Network& network() override { return *network_; }
  [[nodiscard]] const Collator& collator(Split split) const override {
    return split == Split::train ? *train_collator_ : *val_collator_;
  }
  TaskStep step(const Batch& batch) override;
  [[nodiscard]] std::unique_ptr<Predictor> predictor() override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  [[nodiscard]] ExportedGraph exported() override;
  /// Reads `x` [B, C, H, W] and `noise` [B, N]; gives `pred`, `mask` and `loss`.
  [[nodiscard]] NamedTensors outputs(const NamedTensors& inputs) override;
  LoadReport load(const std::filesystem::path& checkpoint) override;
  [[nodiscard]] Batch random_batch(std::int64_t size, std::uint64_t seed) const override;

 private:
  MaeConfig config_;
  InputSpec input_;
  std::vector<std::string> classes_;
  std::shared_ptr<MaeNetwork> network_;
  torch::Tensor evaluated_noise_;  // [units]
  std::unique_ptr<Collator> train_collator_, val_collator_;
};

}  // namespace vit
