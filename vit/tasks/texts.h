#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/collator.h"
#include "vit/data/dataset.h"
#include "vit/text/text_input.h"
#include "vit/weights/tensors.h"

namespace vit {

/// Where a task's tokens come from.
struct VocabularyOptions {
  std::string tokenizer;  ///< file or folder; "": learned from the captions
  std::vector<std::string>
      vocabulary;  ///< what was learned: merges, `a b</w>`, the first one first
};
void describe(FieldVisitor& visitor, VocabularyOptions& options);

/// Whether a tokenizer is named or learned.
[[nodiscard]] bool knows_words(const VocabularyOptions& options);

/// Learns a byte pair encoding of up to `size` pieces (0: 1024; 514 are bytes, begin and end) from
/// the captions of a data set, as the option `vocabulary`; of many captions, from as many as are
/// enough, spread over the set. Nothing happens where a tokenizer is named or learned already.
/// Throws Error (data) where there are no captions.
void learn_vocabulary(VocabularyOptions& options, const Dataset& data, std::int64_t size);

/// What texts are made of: ids of `length` tokens. Throws Error (usage) where no tokenizer is
/// known, Error (weights) where its files are none.
[[nodiscard]] TextInput text_input(const VocabularyOptions& options, std::int64_t length);

/// Names the tokenizer that lies beside weights of elsewhere, where there is one and none is known.
void take_tokenizer_beside(VocabularyOptions& options, const std::filesystem::path& weights);

/// The captions of the samples of a batch.
class Texts final : public Annotations {
 public:
  [[nodiscard]] std::shared_ptr<Annotations> clone() const override {
    return std::make_shared<Texts>(*this);
  }
  [[nodiscard]] std::vector<torch::Tensor*> tensors() override { return {&ids}; }

  torch::Tensor ids;  ///< [B, L] int64
  /// [B] bool, on the CPU: whose words a captioner is to say without any of them; undefined: none.
  torch::Tensor not_given;
  // Of each sample.
  std::vector<std::string> captions, sources;
  std::vector<std::int64_t> labels;  ///< -1: none
};

/// Collects captions and their tokens. `put` throws Error (data) for a sample without a caption,
/// and tells of the first one that is cut.
class TextCollator : public Collator {
 public:
  explicit TextCollator(TextInput input) : input_(std::move(input)) {}
  [[nodiscard]] std::shared_ptr<Annotations> allocate(
      std::int64_t rows, Size2 size, const torch::TensorOptions& memory) const override;
  void put(Annotations& annotations, std::int64_t row, const Sample& sample) const override;
  [[nodiscard]] std::string caption(const Annotations& annotations, std::int64_t row,
                                    const std::vector<std::string>& classes) const override;

 private:
  TextInput input_;
  mutable std::atomic<bool> told_of_cut_ = false;
};

/// The tensor `input_ids` [B, L] as int64. Throws Error (usage) where there is none, Error (data)
/// where it has other ids than those from 0 up to `vocab_size`.
[[nodiscard]] torch::Tensor tokens_of(const NamedTensors& inputs, std::int64_t vocab_size);

/// The ids of texts, [B, length] int64. That some are cut is told to the log.
[[nodiscard]] torch::Tensor ids_of(const TextInput& input, const std::vector<std::string>& texts);

}  // namespace vit
