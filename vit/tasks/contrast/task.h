#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vit/tasks/contrast/config.h"
#include "vit/tasks/contrast/network.h"
#include "vit/tasks/contrast/predictor.h"

namespace vit {

/// The sentences about classes, where there are classes and a tokenizer.
[[nodiscard]] std::optional<ClassPrompts> prompts_of(const ContrastOptions& options,
                                                     const std::vector<std::string>& classes);

/// Learns which text belongs to which image. Where the image tower does not learn, the embedding of
/// each image that doesn't vary is computed once and kept in memory.
class ContrastTask final : public Task {
 public:
  /// Throws Error (weights) where the tokenizer has more tokens than the text tower.
  ContrastTask(const ContrastConfig& config, const TaskContext& context);

  Network& network() override { return *network_; }
  /// Throws Error (usage) where no tokenizer is known.
  [[nodiscard]] const Collator& collator(Split split) const override;
  TaskStep step(const Batch& batch) override;
  [[nodiscard]] Metrics parts() const override;
  void after_update(std::int64_t update) override;
  [[nodiscard]] std::unique_ptr<Predictor> predictor() override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  [[nodiscard]] ExportedGraph exported() override;
  /// `x` and `input_ids` [B, L] -> `image_embeds`, `text_embeds` (of length 1), `logits_per_image`,
  /// and `loss` where there are as many images as texts.
  [[nodiscard]] NamedTensors outputs(const NamedTensors& inputs) override;
  LoadReport load(const std::filesystem::path& checkpoint) override;
  [[nodiscard]] Batch random_batch(std::int64_t size, std::uint64_t seed) const override;

 private:
  using Kept = std::map<std::int64_t, torch::Tensor>;  // by the sample, each [1, E]
  /// Embeddings of a batch's images.
  [[nodiscard]] torch::Tensor embed(const Batch& batch);
  [[nodiscard]] torch::Tensor kept_embeddings(const Batch& batch, Kept& kept);

  ContrastConfig config_;
  InputSpec input_;
  std::vector<std::string> classes_;
  std::shared_ptr<ContrastNetwork> network_;
  std::unique_ptr<Collator> collator_;  // null where no tokenizer is known
  bool trains_ = false, images_vary_ = true;
  Kept train_kept_, val_kept_;
};

}  // namespace vit
