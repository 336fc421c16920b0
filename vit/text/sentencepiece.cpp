#include "vit/text/sentencepiece.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/utf8.h"
#include "vit/io/atomic_file.h"
#include "vit/text/unicode.h"

namespace vit {

namespace {

/// The length of a character by its first byte alone, within the text.
std::size_t character_length(std::string_view text, std::size_t at) {
  const unsigned lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = lead < 0xC0 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return std::min(length, text.size() - at);
}

/// Scores in the order in which sentencepiece merges: a number that is larger for a larger score,
/// -0 before +0.
std::uint32_t ordered(float score) {
  const auto bits = std::bit_cast<std::uint32_t>(score);
  return (bits & 0x80000000U) != 0 ? ~bits : bits | 0x80000000U;
}

}  // namespace

SentencePiece::SentencePiece(SentencePieceModel model, const std::string& where)
    : model_(std::move(model)), normalizer_(model_, where) {
  unk_ = model_.unk_id();
  byte_ids_.fill(unk_);
  ids_.reserve(model_.pieces.size());
  for (std::uint32_t id = 0; id < model_.pieces.size(); ++id) {
    const auto& piece = model_.pieces[id];
    const auto [entry, fresh] = ids_.emplace(piece.text, id);
    if (!fresh && !is_normal(id)) entry->second = id;
    if (piece.type == Type::byte)
      byte_ids_[static_cast<std::size_t>(byte_of_piece(piece.text))] = id;
  }
  model_.kind == SentencePieceModel::Kind::unigram ? build_unigram() : build_bpe();
}

bool SentencePiece::is_normal(std::uint32_t id) const {
  const Type type = model_.pieces[id].type;
  return type == Type::normal || type == Type::user_defined;
}

void SentencePiece::build_unigram() {
  float least = std::numeric_limits<float>::max();
  for (std::uint32_t id = 0; id < model_.pieces.size(); ++id) {
    const auto& piece = model_.pieces[id];
    if (piece.type == Type::normal) least = std::min(least, piece.score);
    if (is_normal(id)) pieces_.insert(piece.text, id);
  }
  unknown_score_ = least - 10.0F;  // unigram_model.cc, kUnkPenalty
}

void SentencePiece::build_bpe() {
  const auto size = static_cast<std::uint32_t>(model_.pieces.size());
  // Ranks: the best score first; equal scores are one rank, of which the leftmost pair comes first.
  std::vector<std::uint32_t> ranks;
  std::uint32_t others = size;  // ids for characters that are no pieces, but parts of some
  for (std::uint32_t id = 0; id < size; ++id) {
    const auto& piece = model_.pieces[id];
    if (piece.type == Type::user_defined) user_defined_.insert(piece.text, id);
    if (!is_normal(id)) continue;
    ranks.push_back(ordered(piece.score));
    // An unknown id would have to know whether one stands before its word.
    merges_words_ = merges_words_ && model_.byte_fallback && !has_inner_mark(piece.text);
    for (std::size_t at = 0; at < piece.text.size();) {
      const std::size_t length = character_length(piece.text, at);
      const std::string_view character = std::string_view(piece.text).substr(at, length);
      if (ids_.emplace(character, others).second) ++others;
      characters_.insert(character, ids_.at(character));
      at += length;
    }
  }
  std::sort(ranks.begin(), ranks.end(), std::greater<>());
  const auto rank_of = [&](float score) {
    return static_cast<std::uint32_t>(
        std::lower_bound(ranks.begin(), ranks.end(), ordered(score), std::greater<>()) -
        ranks.begin());
  };
  const auto symbol = [&](std::string_view text) -> std::optional<std::uint32_t> {
    const auto found = ids_.find(text);
    if (found == ids_.end()) return std::nullopt;
    const bool character = character_length(text, 0) == text.size();
    if (!character && !is_normal(found->second)) return std::nullopt;
    return found->second;
  };
  for (std::uint32_t id = 0; id < size; ++id) {
    if (!is_normal(id)) continue;
    const std::string_view text = model_.pieces[id].text;
    for (std::size_t at = character_length(text, 0); at < text.size();
         at += character_length(text, at)) {
      const auto left = symbol(text.substr(0, at));
      if (!left) continue;
      if (const auto right = symbol(text.substr(at)))
        merges_.add(*left, *right, rank_of(model_.pieces[id].score), id);
    }
  }
}

std::vector<std::int64_t> SentencePiece::encode(std::string_view text) const {
  const std::string normal = normalizer_.normalize(text);
  Ids ids;
  if (model_.kind == SentencePieceModel::Kind::unigram) {
    encode_unigram(normal, ids);
  } else if (!merges_words_) {
    encode_bpe(normal, ids);
  } else {
    for (std::string_view rest = normal; !rest.empty();) {
      const std::string_view word = rest.substr(0, marked_word_length(rest));
      words_.append(word, ids, [&](Ids& out) { encode_bpe(word, out); });
      rest.remove_prefix(word.size());
    }
  }
  return ids;
}

void SentencePiece::put_unknown(std::string_view part, Ids& ids) const {
  if (model_.byte_fallback) {
    for (const char c : part) ids.push_back(byte_ids_[static_cast<unsigned char>(c)]);
  } else if (ids.empty() || ids.back() != unk_) {
    ids.push_back(unk_);
  }
}

void SentencePiece::encode_unigram(std::string_view text, Ids& ids) const {
  // The best way to each place: its last piece, where that begins, and the score of all pieces.
  struct Path {
    std::uint32_t id = 0, from = 0;
    float score = 0;
    bool reached = false;
  };
  static thread_local std::vector<Path> paths;
  paths.assign(text.size() + 1, {});
  constexpr float kReset = 100'000;  // so that the scores of a long text keep their digits
  std::size_t furthest = 0;
  const auto offer = [&](std::size_t end, std::uint32_t id, std::size_t from, float score) {
    furthest = std::max(furthest, end);
    if (!paths[end].reached || score > paths[end].score)
      paths[end] = {id, static_cast<std::uint32_t>(from), score, true};
  };
  for (std::size_t from = 0; from < text.size();) {
    float before = paths[from].score;
    if (before < -kReset || before > kReset) {
      for (std::size_t i = from; i <= furthest; ++i)
        if (i == from || paths[i].reached) paths[i].score -= before;
      before = 0;
    }
    const std::size_t character = character_length(text, from);
    bool whole_character = false;
    std::uint32_t node = ByteTrie::root();
    for (std::size_t end = from; end < text.size();) {
      node = pieces_.step(node, text[end++]);
      if (node == ByteTrie::kNone) break;
      const std::uint32_t id = pieces_.value(node);
      if (id == ByteTrie::kNone) continue;
      const std::size_t length = end - from;
      // A symbol of the user's is to win over any other way to write it.
      const float score = model_.pieces[id].type == Type::user_defined
                              ? static_cast<float>(0.1 * static_cast<double>(length - 1))
                              : model_.pieces[id].score;
      offer(end, id, from, score + before);
      whole_character = whole_character || length == character;
    }
    if (!whole_character) offer(from + character, kUnknown, from, unknown_score_ + before);
    from += character;
  }
  static thread_local std::vector<std::pair<std::uint32_t, std::string_view>> parts;
  parts.clear();
  for (std::size_t end = text.size(); end > 0; end = paths[end].from)
    parts.emplace_back(paths[end].id, text.substr(paths[end].from, end - paths[end].from));
  for (std::size_t i = parts.size(); i-- > 0;) {
    if (parts[i].first == kUnknown)
      put_unknown(parts[i].second, ids);
    else
      ids.push_back(parts[i].first);
  }
}

void SentencePiece::encode_bpe(std::string_view text, Ids& ids) const {
  static thread_local std::vector<TextSymbol> symbols;
  symbols.clear();
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    std::size_t length = user_defined_.longest_prefix(rest);
    std::uint32_t id = kUnknown;
    std::uint32_t node = ByteTrie::root();
    if (length > 0) {
      for (std::size_t i = 0; i < length; ++i) node = user_defined_.step(node, rest[i]);
      id = user_defined_.value(node) | kFrozen;
    } else {
      length = character_length(text, at);
      for (std::size_t i = 0; i < length && node != ByteTrie::kNone; ++i)
        node = characters_.step(node, rest[i]);
      if (node != ByteTrie::kNone && characters_.value(node) != ByteTrie::kNone)
        id = characters_.value(node);
    }
    symbols.push_back({id, static_cast<std::uint32_t>(length)});
    at += length;
  }
  merges_.apply(symbols);
  std::size_t at = 0;
  for (const TextSymbol& symbol : symbols) {
    const std::uint32_t id = symbol.id & ~kFrozen;
    if (id < model_.pieces.size() && is_normal(id))
      ids.push_back(id);
    else
      put_unknown(text.substr(at, symbol.length), ids);
    at += symbol.length;
  }
}

std::string SentencePiece::decode(std::span<const std::int64_t> ids) const {
  std::string text, bytes;
  const auto flush = [&] {
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t length = utf8_length(bytes, at);
      text += length > 0 ? std::string_view(bytes).substr(at, length) : unicode::kReplacement;
      at += std::max<std::size_t>(length, 1);
    }
    bytes.clear();
  };
  bool at_start = true, blank_taken = false;
  for (const std::int64_t id : ids) {
    const auto& entry = at(id);
    std::string_view piece = entry.text;
    if (entry.type == Type::byte) {
      bytes += static_cast<char>(byte_of_piece(piece));
      continue;
    }
    flush();
    if (blank_taken || !text.empty()) at_start = false;
    blank_taken = false;
    if (entry.type == Type::control) continue;
    if (entry.type == Type::unknown) {
      text += model_.unk_surface;
      continue;
    }
    if (at_start && (model_.add_dummy_prefix || model_.remove_extra_whitespaces) &&
        piece.starts_with(kSentencePieceSpace)) {
      piece.remove_prefix(kSentencePieceSpace.size());
      blank_taken = !model_.remove_extra_whitespaces;
    }
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

const SentencePieceModel::Piece& SentencePiece::at(std::int64_t id) const {
  if (id < 0 || id >= vocab_size())
    throw Error(ErrorKind::data, str("id ", id),
                str("the vocabulary has the ids from 0 to ", vocab_size() - 1));
  return model_.pieces[static_cast<std::size_t>(id)];
}

std::optional<std::int64_t> SentencePiece::id_of(std::string_view piece) const {
  const auto found = ids_.find(piece);
  if (found == ids_.end() || found->second >= model_.pieces.size()) return std::nullopt;
  return found->second;
}

std::string SentencePiece::description() const {
  const bool unigram = model_.kind == SentencePieceModel::Kind::unigram;
  return str("SentencePiece ", unigram ? "unigram" : "BPE", " of ", vocab_size(), " pieces");
}

nlohmann::json SentencePiece::save(const std::filesystem::path& folder) const {
  write_file_atomically(folder / "spiece.model", model_.bytes);
  return {{"kind", "sentencepiece"}, {"files", {"spiece.model"}}};
}

}  // namespace vit
