#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vit/nn/generate.h"
#include "vit/tasks/caption/config.h"
#include "vit/tasks/caption/network.h"

namespace vit {

/// What the decoder is to say after each token of ids [B, L]: the next one, [B, L - 1]; -100, which
/// does not count, behind the end.
[[nodiscard]] torch::Tensor next_tokens(const torch::Tensor& ids, std::int64_t end);

/// Learns to describe images, given the words so far (teacher forcing): the mean cross entropy of
/// the next token. Of a share of the samples no word is given, and all are said at once (CapPa).
class CaptionTask final : public Task {
 public:
  /// Throws Error (weights) where the tokenizer has more tokens than the decoder.
  CaptionTask(const CaptionConfig& config, const TaskContext& context);

  Network& network() override { return *network_; }
  /// Throws Error (usage) where no tokenizer is known.
  [[nodiscard]] const Collator& collator(Split split) const override;
  TaskStep step(const Batch& batch) override;
  [[nodiscard]] Metrics parts() const override;
  [[nodiscard]] std::unique_ptr<Predictor> predictor() override;
  [[nodiscard]] std::unique_ptr<Predictor> explaining_predictor() override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  /// Images to the tokens of their sentences.
  [[nodiscard]] ExportedGraph exported() override;
  /// `x` and `input_ids` [B, L] -> `logits` [B, L, V].
  [[nodiscard]] NamedTensors outputs(const NamedTensors& inputs) override;
  LoadReport load(const std::filesystem::path& checkpoint) override;
  [[nodiscard]] Batch random_batch(std::int64_t size, std::uint64_t seed) const override;

 private:
  /// Throws Error (usage) where no tokenizer is known.
  [[nodiscard]] const TextInput& words() const;
  [[nodiscard]] GenerateOptions search() const;

  CaptionConfig config_;
  InputSpec input_;
  std::optional<TextInput> words_;
  std::shared_ptr<CaptionNetwork> network_;
  std::unique_ptr<Collator> collator_;
};

}  // namespace vit
