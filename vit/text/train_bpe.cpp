#include "vit/text/train_bpe.h"

#include <algorithm>
#include <map>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/text/byte_symbols.h"
#include "vit/text/clip_words.h"
#include "vit/text/text_rule.h"

namespace vit {

namespace {

using Symbol = std::uint32_t;
using Pair = std::pair<Symbol, Symbol>;

struct Word {
  std::vector<Symbol> symbols;
  std::int64_t count = 0;
};

/// A pair of symbols: how often it is there, and in which words it has been.
struct Occurrences {
  std::int64_t count = 0;
  std::vector<std::uint32_t> words;
};

class Trainer {
 public:
  explicit Trainer(std::span<const std::string> texts) : pieces_(byte_pieces()) {
    for (Symbol id = 0; id < pieces_.size(); ++id) ids_.emplace(pieces_[id], id);
    std::map<std::string, std::int64_t, std::less<>> counts;
    const TextRule rule = TextRule::clip();
    for (const std::string& text : texts) {
      const std::string clean = rule.apply(text);
      for (std::size_t at = 0; at < clean.size();) {
        const ClipWord word = clip_word_at(clean, at);
        if (!word.is_blank) ++counts[clean.substr(at, word.length)];
        at += word.length;
      }
    }
    for (const auto& [text, count] : counts) add_word(text, count);
    for (const auto& [pair, occurrences] : pairs_) push(pair, occurrences.count);
  }

  /// Merges the most frequent pair; false where there is none.
  bool merge_one() {
    while (!heap_.empty()) {
      const Candidate best = heap_.top();
      heap_.pop();
      if (pairs_[best.pair].count != best.count) continue;  // it was pushed again since
      merge(best.pair);
      return true;
    }
    return false;
  }

  [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(pieces_.size()); }

  [[nodiscard]] BpeModel model() const {
    BpeModel model{pieces_, merges_};
    model.pieces.emplace_back("<|startoftext|>");
    model.pieces.emplace_back("<|endoftext|>");
    return model;
  }

 private:
  /// The most frequent first; of equals the one whose pieces sort first.
  struct Candidate {
    std::int64_t count;
    std::string left, right;
    Pair pair;
    friend bool operator<(const Candidate& a, const Candidate& b) {
      if (a.count != b.count) return a.count < b.count;
      return std::tie(a.left, a.right) > std::tie(b.left, b.right);
    }
  };

  void add_word(const std::string& text, std::int64_t count) {
    Word word{{}, count};
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string piece = byte_symbol_text(static_cast<std::uint8_t>(text[i]));
      if (i + 1 == text.size()) piece += kWordEnd;
      word.symbols.push_back(ids_.at(piece));
    }
    words_.push_back(std::move(word));
    count_pairs(static_cast<std::uint32_t>(words_.size() - 1), 1);
  }

  /// Adds the pairs of a word, or takes them away.
  void count_pairs(std::uint32_t index, std::int64_t sign) {
    const Word& word = words_[index];
    for (std::size_t i = 0; i + 1 < word.symbols.size(); ++i) {
      const Pair pair{word.symbols[i], word.symbols[i + 1]};
      Occurrences& found = pairs_[pair];
      found.count += sign * word.count;
      if (sign > 0 && (found.words.empty() || found.words.back() != index))
        found.words.push_back(index);
      changed_.push_back(pair);
    }
  }

  void push(const Pair& pair, std::int64_t count) {
    if (count > 0) heap_.push({count, pieces_[pair.first], pieces_[pair.second], pair});
  }

  void merge(const Pair& pair) {
    const std::string& left = pieces_[pair.first];
    const std::string& right = pieces_[pair.second];
    merges_.emplace_back(left, right);
    const auto [entry, fresh] = ids_.emplace(left + right, static_cast<Symbol>(pieces_.size()));
    const Symbol merged = entry->second;
    if (fresh) pieces_.push_back(entry->first);
    std::vector<std::uint32_t> words = std::exchange(pairs_[pair].words, {});
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    changed_.clear();
    for (const std::uint32_t index : words) {
      count_pairs(index, -1);
      std::vector<Symbol>& symbols = words_[index].symbols;
      std::size_t kept = 0;
      for (std::size_t i = 0; i < symbols.size(); ++kept) {
        const bool both =
            i + 1 < symbols.size() && symbols[i] == pair.first && symbols[i + 1] == pair.second;
        symbols[kept] = both ? merged : symbols[i];
        i += both ? 2 : 1;
      }
      symbols.resize(kept);
      count_pairs(index, 1);
    }
    std::sort(changed_.begin(), changed_.end());
    changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
    for (const Pair& touched : changed_) push(touched, pairs_[touched].count);
  }

  std::vector<std::string> pieces_;
  std::unordered_map<std::string, Symbol> ids_;
  std::vector<std::pair<std::string, std::string>> merges_;
  std::vector<Word> words_;
  std::map<Pair, Occurrences> pairs_;
  std::vector<Pair> changed_;
  std::priority_queue<Candidate> heap_;
};

}  // namespace

BpeModel train_bpe(std::span<const std::string> texts, std::int64_t pieces) {
  constexpr std::int64_t kSpecials = 2, kLeast = 512 + kSpecials;
  if (pieces < kLeast)
    throw Error(ErrorKind::usage, str(pieces, " pieces"),
                str("a byte-level vocabulary has at least ", kLeast),
                "a few thousand suit captions");
  Trainer trainer(texts);
  while (trainer.size() + kSpecials < pieces && trainer.merge_one()) {
  }
  return trainer.model();
}

}  // namespace vit
