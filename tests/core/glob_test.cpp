#include "vit/core/glob.h"

#include <string>

#include "tests/catch.h"

using vit::matches_glob;

TEST_CASE("A star stands for any text, a question mark for one character") {
  CHECK(matches_glob("", ""));
  CHECK_FALSE(matches_glob("", "a"));
  CHECK(matches_glob("*", ""));
  CHECK(matches_glob("*", "blocks.0.attn"));
  CHECK(matches_glob("blocks.?.attn*", "blocks.0.attn.qkv"));
  CHECK_FALSE(matches_glob("blocks.?.attn", "blocks.10.attn"));
  CHECK(matches_glob("*head*", "decode_head.bias"));
  CHECK(matches_glob("a*b*c", "a--b-b--c"));
  CHECK_FALSE(matches_glob("a*b*c", "a--c--b"));
  CHECK(matches_glob("head", "head"));
  CHECK_FALSE(matches_glob("head", "heads"));
}

TEST_CASE("A pattern of many stars ends soon") {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "*a";
  CHECK_FALSE(matches_glob(pattern + "b", std::string(2000, 'a')));
}
