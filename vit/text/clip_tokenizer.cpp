#include "vit/text/clip_tokenizer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "vit/core/error.h"
#include "vit/text/byte_symbols.h"
#include "vit/text/clip_words.h"
#include "vit/text/unicode.h"

namespace vit {

namespace {

constexpr std::array<std::string_view, 2> kBegins = {"<|startoftext|>", "<start_of_text>"};
constexpr std::array<std::string_view, 2> kEnds = {"<|endoftext|>", "<end_of_text>"};

std::int64_t find_special(const Vocabulary& vocabulary,
                          const std::array<std::string_view, 2>& names, const std::string& where) {
  for (const std::string_view name : names)
    if (const auto id = vocabulary.find(name)) return *id;
  throw Error(ErrorKind::weights, where, str("the vocabulary lacks the piece ", names.front()),
              "give the tokenizer of a CLIP model");
}

/// Without regard to case, U+0345 (a mark, whose capital is the letter iota) is in none of the
/// classes of open_clip's pattern: it ends a word and is lost, as a blank is.
void blank_out_iota(std::string& text) {
  constexpr std::string_view kIota = "\u0345";
  for (std::size_t at = 0; (at = text.find(kIota, at)) != std::string::npos;)
    text[at] = text[at + 1] = ' ';
}

}  // namespace

ClipTokenizer::ClipTokenizer(BpeModel model, Options options, const std::string& where)
    : vocabulary_(std::move(model.pieces), where),
      merge_list_(std::move(model.merges)),
      options_(std::move(options)) {
  merges_ = merge_table(merge_list_, vocabulary_, where);
  begin_ = find_special(vocabulary_, kBegins, where);
  end_ = find_special(vocabulary_, kEnds, where);
  for (int byte = 0; byte < 256; ++byte) {
    const std::string symbol = byte_symbol_text(static_cast<std::uint8_t>(byte));
    const auto inner = vocabulary_.find(symbol), last = vocabulary_.find(str(symbol, kWordEnd));
    if (!inner || !last)
      throw Error(ErrorKind::weights, where,
                  str("the vocabulary lacks the piece ", symbol, inner ? kWordEnd : "",
                      ", and with it a byte that a text may have"),
                  "give the tokenizer of a CLIP model");
    inner_[static_cast<std::size_t>(byte)] = *inner;
    last_[static_cast<std::size_t>(byte)] = *last;
  }
  std::vector<AddedToken> before, after;
  for (const AddedToken& token : options_.added) {
    if (token.id < 0 || token.id >= vocabulary_.size() ||
        vocabulary_.piece(token.id) != token.content)
      throw Error(ErrorKind::weights, where,
                  str("the added token ", token.content, " is not the piece of its id ", token.id));
    if (token.normalized)
      after.push_back({options_.rule.apply(token.content), token.id, true});
    else
      before.push_back(token);
  }
  before_rule_ = AddedTokens(std::move(before));
  after_rule_ = AddedTokens(std::move(after));
}

std::vector<std::int64_t> ClipTokenizer::encode(std::string_view text) const {
  Ids ids;
  const auto put = [&](std::int64_t id) { ids.push_back(id); };
  before_rule_.split(
      text,
      [&](std::string_view raw) {
        std::string clean =
            options_.rule.steps.empty() ? unicode::well_formed(raw) : options_.rule.apply(raw);
        if (options_.dialect == ClipDialect::open_clip) blank_out_iota(clean);
        after_rule_.split(
            clean, [&](std::string_view part) { encode_clean(part, ids); }, put);
      },
      put);
  return ids;
}

void ClipTokenizer::encode_clean(std::string_view text, Ids& ids) const {
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t length = special_at(text, at); length > 0) {
      encode_special(text.substr(at, length), ids);
      at += length;
      continue;
    }
    ClipWord word;
    if (options_.dialect == ClipDialect::open_clip && text[at] == '\'')
      word.length = contraction_in_any_case(text, at);
    if (word.length == 0) word = clip_word_at(text, at);
    if (!word.is_blank) encode_word(text.substr(at, word.length), ids);
    at += word.length;
  }
}

std::size_t ClipTokenizer::special_at(std::string_view text, std::size_t at) const {
  if (text[at] != '<') return 0;
  if (options_.dialect == ClipDialect::open_clip) {
    for (const std::int64_t id : {begin_, end_})
      if (const std::size_t length = length_in_any_case(text, at, vocabulary_.piece(id));
          length > 0)
        return length;
  } else if (options_.specials_are_words) {
    for (const std::string_view special : {kBegins.front(), kEnds.front()})
      if (text.substr(at).starts_with(special)) return special.size();
  }
  return 0;
}

void ClipTokenizer::encode_special(std::string_view word, Ids& ids) const {
  if (options_.dialect == ClipDialect::open_clip) {
    if (word == vocabulary_.piece(begin_)) return ids.push_back(begin_);
    if (word == vocabulary_.piece(end_)) return ids.push_back(end_);
    return encode_word(word, ids);
  }
  // The tokenizers library cuts words once more, by GPT-2's rule, which knows no specials.
  encode_word(word.substr(0, 2), ids);
  encode_word(word.substr(2, word.size() - 4), ids);
  encode_word(word.substr(word.size() - 2), ids);
}

void ClipTokenizer::encode_word(std::string_view word, Ids& ids) const {
  words_.append(word, ids, [&](Ids& out) {
    static thread_local std::vector<TextSymbol> symbols;
    symbols.clear();
    for (const char c : word) symbols.push_back({inner_[static_cast<unsigned char>(c)], 1});
    symbols.back().id = last_[static_cast<unsigned char>(word.back())];
    merges_.apply(symbols);
    for (const TextSymbol& symbol : symbols) out.push_back(symbol.id);
  });
}

std::string ClipTokenizer::decode(std::span<const std::int64_t> ids) const {
  std::string bytes;
  for (const std::int64_t id : ids) {
    std::string_view piece = vocabulary_.piece(id);
    if (id == begin_ || id == end_) continue;
    const bool ends_word = piece.ends_with(kWordEnd);
    if (ends_word) piece.remove_suffix(kWordEnd.size());
    for (std::size_t at = 0; at < piece.size();)
      bytes += static_cast<char>(byte_of_symbol(unicode::next(piece, at)).value_or('?'));
    if (ends_word) bytes += ' ';
  }
  if (bytes.ends_with(' ')) bytes.pop_back();
  return unicode::well_formed(bytes);
}

std::string ClipTokenizer::description() const {
  const bool open_clip = options_.dialect == ClipDialect::open_clip;
  return str("CLIP's byte-level BPE of ", vocab_size(), " pieces, as ",
             open_clip ? "open_clip" : "transformers", " has it",
             options_.rule.steps.empty() ? "" : " (" + options_.rule.description() + ")");
}

nlohmann::json ClipTokenizer::save(const std::filesystem::path& folder) const {
  model().write(folder);
  nlohmann::json added = nlohmann::json::array();
  for (const AddedToken& token : options_.added)
    added.push_back(
        {{"content", token.content}, {"id", token.id}, {"normalized", token.normalized}});
  return {{"kind", "clip"},
          {"files", {"vocab.json", "merges.txt"}},
          {"dialect", options_.dialect == ClipDialect::open_clip ? "open_clip" : "transformers"},
          {"rule", to_json(options_.rule)},
          {"added", added},
          {"specials_are_words", options_.specials_are_words}};
}

}  // namespace vit
