#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vit/text/added_tokens.h"
#include "vit/text/bpe_model.h"
#include "vit/text/text_rule.h"
#include "vit/text/tokenizer.h"
#include "vit/text/word_cache.h"

namespace vit {

/// Whose CLIP tokenizer it is. They share vocabulary and merges, and differ in how special pieces
/// within a text are found, and in the text rule.
enum class ClipDialect {
  transformers,  ///< specials are cut out of the text first
  open_clip,     ///< specials are words among others, in any case
};

/// CLIP's byte-level byte pair encoding: the text, cleaned by a rule, is cut into words (runs of
/// letters, single digits, runs of other characters, English contractions), whose bytes are merged;
/// the last symbol of a word is another than the same within it (Radford et al. 2021,
/// arXiv:2103.00020, section 2.4).
class ClipTokenizer : public Tokenizer {
 public:
  struct Options {
    ClipDialect dialect = ClipDialect::transformers;
    TextRule rule = TextRule::clip();  ///< between the specials; after TextInput's own
    std::vector<AddedToken> added;     ///< for transformers
    bool specials_are_words = true;    ///< of transformers' pattern: whether it names the specials
  };

  /// `where` is where the model was read from. Throws Error(weights) for a model that is not
  /// byte-level or has no pieces of begin and end.
  ClipTokenizer(BpeModel model, Options options, const std::string& where);

  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text) const override;
  [[nodiscard]] std::string decode(std::span<const std::int64_t> ids) const override;
  [[nodiscard]] std::int64_t vocab_size() const override { return vocabulary_.size(); }
  [[nodiscard]] std::string_view piece(std::int64_t id) const override {
    return vocabulary_.piece(id);
  }
  [[nodiscard]] std::optional<std::int64_t> id_of(std::string_view piece) const override {
    return vocabulary_.find(piece);
  }
  [[nodiscard]] std::string description() const override;
  [[nodiscard]] nlohmann::json save(const std::filesystem::path& folder) const override;

  /// Of the pieces that begin and end a text.
  [[nodiscard]] std::int64_t begin_id() const noexcept { return begin_; }
  [[nodiscard]] std::int64_t end_id() const noexcept { return end_; }
  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] BpeModel model() const { return {vocabulary_.pieces(), merge_list_}; }

 private:
  using Ids = std::vector<std::int64_t>;
  void encode_clean(std::string_view text, Ids& ids) const;
  void encode_word(std::string_view word, Ids& ids) const;
  /// The length of the special that the text has at `at` as a word of its own; 0 where it has none.
  [[nodiscard]] std::size_t special_at(std::string_view text, std::size_t at) const;
  void encode_special(std::string_view word, Ids& ids) const;

  Vocabulary vocabulary_;
  std::vector<std::pair<std::string, std::string>> merge_list_;
  MergeTable merges_;
  WordCache words_;
  Options options_;
  AddedTokens before_rule_, after_rule_;
  std::int64_t begin_ = 0, end_ = 0;
  std::array<std::uint32_t, 256> inner_{},
      last_{};  // the symbol of a byte within a word, at its end
};

}  // namespace vit
