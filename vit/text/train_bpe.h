#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "vit/text/bpe_model.h"

namespace vit {

/// Learns a byte pair encoding in CLIP's form from texts of one's own: the pair of symbols that is
/// there most often becomes a piece, until there are `pieces` of them or no pair is left; of
/// equally frequent pairs the one that sorts first. The same texts, in any order, give the same
/// model. Words and cleaning are those of ClipTokenizer in transformers' dialect.
///
/// Fewer than 514 pieces (two for each byte, begin and end) are an Error(usage).
[[nodiscard]] BpeModel train_bpe(std::span<const std::string> texts, std::int64_t pieces);

}  // namespace vit
