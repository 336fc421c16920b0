#pragma once

#include <string>
#include <vector>

#include "vit/text/bpe_model.h"

namespace vit::test {

/// A byte-level vocabulary in CLIP's form with a few merges.
inline BpeModel small_clip_model() {
  BpeModel model;
  model.pieces = byte_pieces();
  model.merges = {{"a", "t</w>"}, {"c", "at</w>"}, {"c", "a"}};
  for (const auto& [left, right] : model.merges) model.pieces.push_back(left + right);
  model.pieces.emplace_back("<|startoftext|>");
  model.pieces.emplace_back("<|endoftext|>");
  return model;
}

/// Pieces of all bytes as Gemma writes them.
inline std::vector<std::string> gemma_byte_pieces() {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::vector<std::string> pieces;
  for (std::size_t i = 0; i < 256; ++i)
    pieces.push_back(std::string("<0x") + kDigits[i / 16] + kDigits[i % 16] + ">");
  return pieces;
}

}  // namespace vit::test
