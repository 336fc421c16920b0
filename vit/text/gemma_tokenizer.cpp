#include "vit/text/gemma_tokenizer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "vit/core/error.h"
#include "vit/core/utf8.h"
#include "vit/io/atomic_file.h"
#include "vit/text/sentencepiece_model.h"
#include "vit/text/sentencepiece_normalizer.h"
#include "vit/text/unicode.h"

namespace vit {

namespace {

std::string with_marks(const TextRule& rule, std::string_view text) {
  const std::string clean = rule.steps.empty() ? unicode::well_formed(text) : rule.apply(text);
  std::string marked;
  for (const char c : clean) {
    if (c == ' ')
      marked += kSentencePieceSpace;
    else
      marked += c;
  }
  return marked;
}

}  // namespace

GemmaTokenizer::GemmaTokenizer(BpeModel model, Options options, const std::string& where)
    : vocabulary_(std::move(model.pieces), where),
      merge_list_(std::move(model.merges)),
      options_(std::move(options)) {
  merges_ = merge_table(merge_list_, vocabulary_, where);
  for (const auto& [left, right] : merge_list_)
    merges_words_ = merges_words_ && !has_inner_mark(left + right);
  const auto need = [&](const std::string& piece) {
    const auto id = vocabulary_.find(piece);
    if (!id) throw Error(ErrorKind::weights, where, str("the vocabulary lacks the piece ", piece));
    return *id;
  };
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t byte = 0; byte < 256; ++byte)
    byte_ids_[byte] = need(str("<0x", kDigits[byte / 16], kDigits[byte % 16], ">"));
  std::vector<AddedToken> before, after;
  for (const AddedToken& token : options_.added) {
    if (vocabulary_.find(token.content) != token.id)
      throw Error(ErrorKind::weights, where,
                  str("the added token ", token.content, " is not the piece of its id ", token.id));
    if (token.normalized)
      after.push_back({with_marks(options_.rule, token.content), token.id, true});
    else
      before.push_back(token);
  }
  before_rule_ = AddedTokens(std::move(before));
  after_rule_ = AddedTokens(std::move(after));
}

std::vector<std::int64_t> GemmaTokenizer::encode(std::string_view text) const {
  Ids ids;
  const auto put = [&](std::int64_t id) { ids.push_back(id); };
  before_rule_.split(
      text,
      [&](std::string_view raw) {
        after_rule_.split(
            with_marks(options_.rule, raw), [&](std::string_view part) { encode_part(part, ids); },
            put);
      },
      put);
  return ids;
}

void GemmaTokenizer::encode_part(std::string_view text, Ids& ids) const {
  if (!merges_words_) return encode_clean(text, ids);
  while (!text.empty()) {
    const std::string_view word = text.substr(0, marked_word_length(text));
    words_.append(word, ids, [&](Ids& out) { encode_clean(word, out); });
    text.remove_prefix(word.size());
  }
}

void GemmaTokenizer::encode_clean(std::string_view text, Ids& ids) const {
  static thread_local std::vector<TextSymbol> symbols;
  symbols.clear();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    const std::string_view character = text.substr(at, length);
    const auto id = vocabulary_.find(character);
    if (id) {
      symbols.push_back({*id, static_cast<std::uint32_t>(length)});
    } else {
      for (const char c : character)
        symbols.push_back({byte_ids_[static_cast<unsigned char>(c)], 1});
    }
    at += length;
  }
  merges_.apply(symbols);
  for (const TextSymbol& symbol : symbols) ids.push_back(symbol.id);
}

std::string GemmaTokenizer::decode(std::span<const std::int64_t> ids) const {
  std::string text, bytes;
  const auto flush = [&] {
    // The library takes the bytes in a row as one text, or as so many unknown characters.
    if (is_utf8(bytes)) {
      text += bytes;
    } else {
      for (std::size_t i = 0; i < bytes.size(); ++i) text += unicode::kReplacement;
    }
    bytes.clear();
  };
  for (const std::int64_t id : ids) {
    std::string_view piece = vocabulary_.piece(id);
    if (const int byte = byte_of_piece(piece); byte >= 0) {
      bytes += static_cast<char>(byte);
      continue;
    }
    flush();
    while (!piece.empty()) {
      const std::size_t blank = piece.find(kSentencePieceSpace);
      text += piece.substr(0, blank);
      if (blank == std::string_view::npos) break;
      text += ' ';
      piece.remove_prefix(blank + kSentencePieceSpace.size());
    }
  }
  flush();
  return text;
}

nlohmann::json GemmaTokenizer::save(const std::filesystem::path& folder) const {
  nlohmann::json vocabulary = nlohmann::json::object(), added = nlohmann::json::array();
  for (std::uint32_t id = 0; id < vocabulary_.size(); ++id) vocabulary[vocabulary_.piece(id)] = id;
  for (const AddedToken& token : options_.added)
    added.push_back({{"id", token.id},
                     {"content", token.content},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", token.normalized},
                     {"special", true}});
  nlohmann::json normalizers = nlohmann::json::array();
  if (!options_.rule.steps.empty()) normalizers.push_back({{"type", "Lowercase"}});
  normalizers.push_back({{"type", "Replace"},
                         {"pattern", {{"String", " "}}},
                         {"content", std::string(kSentencePieceSpace)}});
  const nlohmann::json file = {
      {"version", "1.0"},
      {"added_tokens", added},
      {"normalizer", {{"type", "Sequence"}, {"normalizers", normalizers}}},
      {"pre_tokenizer", nullptr},
      {"model",
       {{"type", "BPE"}, {"byte_fallback", true}, {"vocab", vocabulary}, {"merges", merge_list_}}}};
  write_file_atomically(folder / "tokenizer.json", file.dump());
  return {{"kind", "tokenizer_json"}, {"files", {"tokenizer.json"}}};
}

std::string GemmaTokenizer::description() const {
  return str("Gemma's BPE of ", vocab_size(), " pieces out of a tokenizer.json (",
             options_.rule.description(), ")");
}

}  // namespace vit
