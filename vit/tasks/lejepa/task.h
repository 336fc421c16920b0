#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vit/tasks/backbone_network.h"
#include "vit/tasks/lejepa/config.h"

namespace vit {

/// A backbone and LeJEPA's `projector`.
class LejepaNetwork final : public BackboneNetwork {
 public:
  LejepaNetwork(std::shared_ptr<ImageModel> backbone, ProjectorOptions options);
  void init_parts(std::uint64_t seed) override { projector->init_weights(seed); }

  Projector projector{nullptr};
};

class LejepaTask final : public Task {
 public:
  LejepaTask(const LejepaConfig& config, const TaskContext& context);

  Network& network() override { return *network_; }
  [[nodiscard]] const Collator& collator(Split split) const override {
    return split == Split::train ? *train_collator_ : *val_collator_;
  }
  TaskStep step(const Batch& batch) override;
  [[nodiscard]] Metrics parts() const override;
  [[nodiscard]] std::unique_ptr<Predictor> predictor() override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  /// The backbone alone.
  [[nodiscard]] ExportedGraph exported() override;
  LoadReport load(const std::filesystem::path& checkpoint) override;
  [[nodiscard]] Batch random_batch(std::int64_t size, std::uint64_t seed) const override;

 private:
  LejepaConfig config_;
  InputSpec input_;
  std::vector<std::string> classes_;
  std::uint64_t seed_;
  std::int64_t updates_per_epoch_ = 1;
  MultiCropOptions views_;
  std::shared_ptr<LejepaNetwork> network_;
  std::unique_ptr<Collator> train_collator_, val_collator_;
};

}  // namespace vit
