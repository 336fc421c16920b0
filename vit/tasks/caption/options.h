#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/nn/decoder.h"
#include "vit/tasks/texts.h"

namespace vit {

/// What says the words.
struct CaptionDecoderOptions {
  std::int64_t width = 192;
  std::int64_t layers = 3;
  std::int64_t heads = 0;  ///< 0: width / 64, at least 1
  double mlp_ratio = 4.0;
  std::string positions = "learned";
  std::string summary = "none";
  bool tied = true;
  double drop = 0.0;
};

/// How images learn to be described.
struct CaptionOptions {
  CaptionDecoderOptions decoder;
  std::int64_t context_length = 32;  ///< tokens of a sentence, begin and end among them
  std::int64_t vocab_size = 0;       ///< 0: the tokenizer's
  VocabularyOptions words;
  std::int64_t beams = 1;
  double parallel = 0;                    ///< share of the samples
  std::vector<std::string> attributes{};  ///< see parse_attributes
};
void describe(FieldVisitor& visitor, CaptionOptions& options);

/// The decoder of these options over a memory of this width.
[[nodiscard]] DecoderOptions decoder_options(const CaptionOptions& options,
                                             std::int64_t memory_dim);

}  // namespace vit
