#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vit/text/byte_trie.h"
#include "vit/text/sentencepiece_model.h"

namespace vit {

inline constexpr std::string_view kSentencePieceSpace = "\xE2\x96\x81";  ///< ▁, for a blank

/// What SentencePiece does to a text before it cuts it (normalizer.cc): characters are replaced by
/// the model's table, blanks become ▁, and a ▁ is put in front, as the model says.
class SentencePieceNormalizer {
 public:
  /// Throws Error(weights) at `where` for a damaged table.
  SentencePieceNormalizer(const SentencePieceModel& model, const std::string& where);

  /// Bytes that are not UTF-8 become U+FFFD, each by itself.
  [[nodiscard]] std::string normalize(std::string_view text) const;

 private:
  /// What the beginning of `text`, which is not empty, becomes, and how many bytes that is of.
  [[nodiscard]] std::pair<std::string_view, std::size_t> prefix(std::string_view text) const;
  /// The longest rule that `text` begins with: where its replacement is, and the length.
  [[nodiscard]] std::pair<std::size_t, std::size_t> longest_rule(std::string_view text) const;
  void read_charsmap(std::string_view charsmap, const std::string& where);

  bool add_dummy_prefix_, remove_extra_whitespaces_, suffix_;
  std::string_view space_;
  std::vector<std::uint32_t> units_;  // a double array as darts-clone lays it out
  std::string replacements_;          // each ends with a zero byte
  ByteTrie user_defined_;             // they stay as they are
};

/// Whether a ▁ stands behind something else in `text`. Where none does in any piece, no merge goes
/// across the blank between two words, so that each word may be merged by itself.
[[nodiscard]] bool has_inner_mark(std::string_view text);
/// The length of the first word of `text`, which is not empty: its marks, and what follows them.
[[nodiscard]] std::size_t marked_word_length(std::string_view text);

}  // namespace vit
