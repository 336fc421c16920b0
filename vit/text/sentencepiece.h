#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "vit/text/byte_trie.h"
#include "vit/text/merge_table.h"
#include "vit/text/sentencepiece_model.h"
#include "vit/text/sentencepiece_normalizer.h"
#include "vit/text/tokenizer.h"
#include "vit/text/word_cache.h"

namespace vit {

/// SentencePiece (Kudo and Richardson 2018, arXiv:1808.06226) by the rules of its release 0.2.3:
/// the likeliest pieces of a unigram model (SigLIP, T5), or a BPE whose unknown characters become
/// bytes (SigLIP 2, Gemma).
class SentencePiece : public Tokenizer {
 public:
  /// `where` is where the model was read from. Throws Error(weights) for a damaged one.
  SentencePiece(SentencePieceModel model, const std::string& where);

  /// Bytes that are not UTF-8 become U+FFFD one by one, as sentencepiece has it.
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text) const override;
  [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const override;
  [[nodiscard]] std::int64_t vocab_size() const override {
    return static_cast<std::int64_t>(model_.pieces.size());
  }
  [[nodiscard]] std::string_view piece(std::int64_t id) const override { return at(id).text; }
  [[nodiscard]] std::optional<std::int64_t> id_of(std::string_view piece) const override;
  [[nodiscard]] std::string description() const override;
  [[nodiscard]] nlohmann::json save(const std::filesystem::path& folder) const override;

  [[nodiscard]] const SentencePieceModel& model() const noexcept { return model_; }

 private:
  using Ids = std::vector<std::int64_t>;
  using Type = SentencePieceModel::Type;
  static constexpr std::uint32_t kFrozen = 0x80000000;   // beside the id of a user's symbol
  static constexpr std::uint32_t kUnknown = 0x7FFFFFFF;  // a character of no piece

  [[nodiscard]] const SentencePieceModel::Piece& at(std::int64_t id) const;
  [[nodiscard]] bool is_normal(std::uint32_t id) const;
  void build_unigram();
  void build_bpe();
  void encode_unigram(std::string_view text, Ids& ids) const;
  void encode_bpe(std::string_view text, Ids& ids) const;
  /// Appends what an unknown part becomes: its bytes, or one unknown id for all that are in a row.
  void put_unknown(std::string_view part, Ids& ids) const;

  SentencePieceModel model_;
  SentencePieceNormalizer normalizer_;
  std::unordered_map<std::string_view, std::uint32_t> ids_;
  std::int64_t unk_ = -1;
  std::array<std::int64_t, 256> byte_ids_{};
  ByteTrie pieces_;  // unigram: all that text may become
  float unknown_score_ = 0;
  ByteTrie characters_, user_defined_;  // BPE: the symbols that text begins as
  MergeTable merges_;
  WordCache words_;
  bool merges_words_ = true;  // each by itself
};

}  // namespace vit
