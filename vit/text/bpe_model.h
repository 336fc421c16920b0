#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vit/text/merge_table.h"
#include "vit/text/vocabulary.h"

namespace vit {

/// What the files of a byte pair encoding hold: the pieces by id, and which two become one, first
/// merge first. Errors of the readers are Error(weights), or Error(resource) for a file that cannot
/// be read.
struct BpeModel {
  std::vector<std::string> pieces;
  std::vector<std::pair<std::string, std::string>> merges;

  /// `vocab.json` and `merges.txt`, as GPT-2's and CLIP's tokenizers have them.
  [[nodiscard]] static BpeModel read(const std::filesystem::path& vocabulary,
                                     const std::filesystem::path& merges);
  /// The table of merges that OpenAI's CLIP and open_clip come with (bpe_simple_vocab_16e6.txt.gz,
  /// or unpacked): the vocabulary is made of it.
  [[nodiscard]] static BpeModel read_table(const std::filesystem::path& path);

  /// Writes vocab.json and merges.txt into `folder`.
  void write(const std::filesystem::path& folder) const;
};

/// The merges by ids. Each must be of two pieces to a third.
[[nodiscard]] MergeTable merge_table(const std::vector<std::pair<std::string, std::string>>& merges,
                                     const Vocabulary& vocabulary, const std::string& where);

/// The pieces that every byte-level vocabulary of CLIP begins with: each byte as a character, then
/// each as one that ends a word.
[[nodiscard]] std::vector<std::string> byte_pieces();
inline constexpr std::string_view kWordEnd = "</w>";

/// Pieces by id of a JSON object from piece to id, which must number them from 0 without a gap.
[[nodiscard]] std::vector<std::string> pieces_by_id(
    std::vector<std::pair<std::string, std::int64_t>> ids, const std::string& where);

}  // namespace vit
