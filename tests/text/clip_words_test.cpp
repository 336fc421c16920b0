#include "vit/text/clip_words.h"

#include <string>
#include <vector>

#include "tests/catch.h"

TEST_CASE("words are runs of letters, single digits, contractions and runs of the rest") {
  const std::string text = "it's 12 caf\u00E9s!?'x \u00BD\u3000\u732B\u0301";
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    const vit::ClipWord word = vit::clip_word_at(text, at);
    REQUIRE(word.length > 0);
    if (!word.is_blank) words.push_back(text.substr(at, word.length));
    at += word.length;
  }
  CHECK(words == std::vector<std::string>{"it", "'s", "1", "2", "caf\u00E9s", "!?'", "x", "\u00BD",
                                          "\u732B", "\u0301"});
}

TEST_CASE("without regard to case a long s is an s") {
  CHECK(vit::contraction_in_any_case("'\u017Fx", 0) == 3);
  CHECK(vit::contraction_in_any_case("'LL", 0) == 3);
  CHECK(vit::contraction_in_any_case("'l", 0) == 0);
  CHECK(vit::length_in_any_case("x<END", 1, "<end") == 4);
}
