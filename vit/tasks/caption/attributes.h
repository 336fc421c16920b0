#pragma once

#include <string>
#include <vector>

namespace vit {

/// Something that a sentence says of an image in one of a few words: its colour, say.
struct SentenceAttribute {
  std::string name;
  std::vector<std::string> words;
  std::string before, after;  ///< only in front of, or behind, the first such word; "": anywhere

  /// Its words in a sentence, in their order; words are what letters and digits make up.
  [[nodiscard]] std::vector<std::string> in(const std::string& sentence) const;
};

/// Reads `NAME: WORD WORD …[, before WORD][, after WORD]`, as in `colour: red green, before on`.
/// Throws Error (usage) where it reads otherwise, or two have the same name.
[[nodiscard]] std::vector<SentenceAttribute> parse_attributes(
    const std::vector<std::string>& lines);

/// A sentence as words in lower case with single blanks between and without punctuation: what
/// captions are scored by. As the tokenizer of COCO's caption evaluation, apart from contractions,
/// which stay whole.
[[nodiscard]] std::string words_of_sentence(const std::string& sentence);

}  // namespace vit
