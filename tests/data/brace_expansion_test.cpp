#include "vit/data/brace_expansion.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

namespace {

std::string words_of(const std::string& pattern) {
  std::string text;
  for (const std::string& word : vit::expand_braces(pattern)) text += word + "|";
  return text;
}

}  // namespace

// What `bash -c 'printf "%s|" PATTERN'` prints.
TEST_CASE("Braces are expanded as bash does") {
  CHECK(words_of("a{b,c}d") == "abd|acd|");
  CHECK(words_of("{0..3}") == "0|1|2|3|");
  CHECK(words_of("{000..002}") == "000|001|002|");
  CHECK(words_of("m{0..1}-{0,1}") == "m0-0|m0-1|m1-0|m1-1|");
  CHECK(words_of("x{a,{b,c}d,}e") == "xae|xbde|xcde|xe|");
  CHECK(words_of("{9..1..3}") == "9|6|3|");
  CHECK(words_of("{c..a}") == "c|b|a|");
  CHECK(words_of("{a..c..2}") == "a|c|");
  CHECK(words_of("{-01..2}") == "-01|000|001|002|");
  CHECK(words_of("{08..11}") == "08|09|10|11|");
  CHECK(words_of("{+1..3}") == "1|2|3|");
}

TEST_CASE("Braces that are neither list nor range stay as they are") {
  for (const char* pattern : {"{x}", "a{b", "a}b", "{}", "{1..a}", "x{{a}}", "plain", "",
                              "{1..-9223372036854775808}", "{0..99999999999999999999}"})
    CHECK(words_of(pattern) == std::string(pattern) + "|");
  CHECK(words_of("a\\{b,c}") == "a{b,c}|");
  CHECK(words_of("{a,b}{") == "a{|b{|");
  CHECK(words_of("{{a,b}") == "{a|{b|");
  CHECK(words_of("q{a,b}{c}") == "qa{c}|qb{c}|");
}

TEST_CASE("Patterns that name millions of files, or nest for ever, are refused") {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "{a,";
  deep += "b" + std::string(100, '}');
  const std::string long_names = "{1..1000000}" + std::string(100, 'a');
  const std::string wide = "{" + std::string(100, '0') + "..999999}";
  for (const std::string& pattern :
       {std::string("{1..2000000}"), std::string("{1..2000}{1..2000}"), deep, long_names, wide}) {
    const auto error = vit::test::error_of([&] { (void)vit::expand_braces(pattern); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
  }
}
