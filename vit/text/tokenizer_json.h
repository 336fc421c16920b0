#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "vit/text/tokenizer.h"

namespace vit {

/// What a tokenizer.json of the tokenizers library says.
struct TokenizerJson {
  std::shared_ptr<const Tokenizer> tokenizer;
  std::optional<std::int64_t> begin, end;   ///< what its post-processor puts around a text
  std::optional<std::int64_t> pad, length;  ///< where it says how it pads or cuts
};

/// Reads a tokenizer.json that is CLIP's byte-level BPE or Gemma's BPE to the letter. Throws
/// Error(weights), by name for every other normaliser, pre-tokeniser or model.
[[nodiscard]] TokenizerJson read_tokenizer_json(const std::filesystem::path& path);

}  // namespace vit
