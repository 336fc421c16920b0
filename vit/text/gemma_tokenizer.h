#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vit/text/added_tokens.h"
#include "vit/text/bpe_model.h"
#include "vit/text/text_rule.h"
#include "vit/text/tokenizer.h"
#include "vit/text/word_cache.h"

namespace vit {

/// Gemma's BPE as a tokenizer.json holds it, which SigLIP 2 ships: blanks become ▁, the characters
/// of the whole text are merged by a list, and unknown ones become bytes. It gives other ids than
/// the `.model` it was made of for a few texts; each is read as its own library reads it.
class GemmaTokenizer : public Tokenizer {
 public:
  struct Options {
    TextRule rule;  ///< before the blanks become ▁
    std::vector<AddedToken> added;
  };

  /// `where` is where the model was read from. Throws Error(weights) for one without the pieces
  /// of bytes.
  GemmaTokenizer(BpeModel model, Options options, const std::string& where);

  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text) const override;
  /// Added tokens are text here; TextInput leaves out begin, end and padding.
  [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const override;
  [[nodiscard]] std::int64_t vocab_size() const override { return vocabulary_.size(); }
  [[nodiscard]] std::string_view piece(std::int64_t id) const override {
    return vocabulary_.piece(id);
  }
  [[nodiscard]] std::optional<std::int64_t> id_of(std::string_view piece) const override {
    return vocabulary_.find(piece);
  }
  [[nodiscard]] std::string description() const override;
  /// As tokenizer.json.
  [[nodiscard]] nlohmann::json save(const std::filesystem::path& folder) const override;

 private:
  using Ids = std::vector<std::int64_t>;
  void encode_part(std::string_view text, Ids& ids) const;
  void encode_clean(std::string_view text, Ids& ids) const;

  Vocabulary vocabulary_;
  std::vector<std::pair<std::string, std::string>> merge_list_;
  MergeTable merges_;
  WordCache words_;
  bool merges_words_ = true;  // each by itself
  Options options_;
  AddedTokens before_rule_, after_rule_;
  std::array<std::uint32_t, 256> byte_ids_{};
};

}  // namespace vit
