#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vit/text/bpe_model.h"
#include "vit/text/text_rule.h"
#include "vit/text/tokenizer.h"

namespace vit {

/// What a model of texts is fed: the ids of a tokenizer between begin and end, cut or padded to one
/// length. Any number of threads may share one.
struct TextInput {
  std::shared_ptr<const Tokenizer> tokenizer;
  TextRule rule;                      ///< what is done to a text before the tokenizer has it
  std::int64_t length = 77;           ///< of ids, begin and end counted
  std::optional<std::int64_t> begin;  ///< id in front of each text
  std::optional<std::int64_t> end;    ///< id behind it, which a text that is cut keeps
  std::int64_t pad = 0;               ///< id that fills the rest

  /// Exactly `length` ids: `[begin] text [end] pad…`.
  [[nodiscard]] std::vector<std::int64_t> ids(std::string_view text) const;
  /// The same neither cut nor padded.
  [[nodiscard]] std::vector<std::int64_t> whole_ids(std::string_view text) const;
  /// The text of ids up to the first end (behind a begin); begin and pads are left out.
  [[nodiscard]] std::string text(std::span<const std::int64_t> ids) const;

  /// Reads the text input of a model from its folder, or from one file of it; refuses by name what
  /// it cannot read exactly. Throws Error(weights), or Error(resource) where nothing is there.
  ///
  /// A folder that `save` wrote, or one of transformers, open_clip or big_vision: text_input.json,
  /// open_clip_config.json, tokenizer_config.json with special_tokens_map.json, tokenizer.json,
  /// vocab.json with merges.txt, spiece.model, bpe_simple_vocab_16e6.txt.gz. Of one file: such a
  /// table (open_clip's rule), vocab.json or merges.txt (with the other beside it: transformers'),
  /// tokenizer.json, or a .model of SentencePiece, which says of no rule, begin or end.
  [[nodiscard]] static TextInput open(const std::filesystem::path& path);
  /// Of a byte pair encoding in CLIP's form, as transformers has it, with its begin and end.
  [[nodiscard]] static TextInput clip(BpeModel model);
  /// Writes text_input.json and the tokenizer's files into `folder`, which must be there.
  void save(const std::filesystem::path& folder) const;

  /// Throws Error(weights) at `where` unless a table of `rows` embeddings has one for each id.
  void require_embeddings(std::int64_t rows, const std::string& where) const;

  /// For people: the tokenizer, its rule, length and padding in one line.
  [[nodiscard]] std::string description() const;
};

}  // namespace vit
