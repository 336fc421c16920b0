#include "vit/text/unicode.h"

#include "tests/catch.h"

namespace unicode = vit::unicode;

TEST_CASE("code points are read and written in each length of UTF-8") {
  for (const char32_t point : {U'a', U'\u00E9', U'\u20AC', U'\U0001F600', U'\U0010FFFF'}) {
    std::string text;
    unicode::append(text, point);
    std::size_t at = 0;
    CHECK(unicode::next(text, at) == point);
    CHECK(at == text.size());
  }
  std::string none;
  unicode::append(none, 0xD800);
  CHECK(none == unicode::kReplacement);
}

TEST_CASE("what is no UTF-8 is replaced as Python's \"replace\" has it") {
  CHECK(unicode::well_formed("a\xFF\xC0z") == "a\uFFFD\uFFFDz");
  CHECK(unicode::well_formed("\xE2\x82") == "\uFFFD");                  // cut short
  CHECK(unicode::well_formed("\xF0\x9F\x98x") == "\uFFFDx");            // cut short by another
  CHECK(unicode::well_formed("\xED\xA0\x80") == "\uFFFD\uFFFD\uFFFD");  // a surrogate
  CHECK(unicode::well_formed("\xF4\x90\x80\x80") == "\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(unicode::well_formed("caf\u00E9") == "caf\u00E9");
}

TEST_CASE("letters, numbers and white space are Unicode's") {
  CHECK(unicode::is_letter(U'\u732B'));
  CHECK(unicode::is_number(U'\u00BD'));
  CHECK(unicode::is_number(U'\u0663'));
  CHECK(unicode::is_space(U'\u3000'));
  CHECK_FALSE(unicode::is_space(U'\u001C'));
  CHECK_FALSE(unicode::is_letter(U'\u0301'));
}

TEST_CASE("lower case knows the dotted I, and the place of sigma where that is asked for") {
  using unicode::Sigma;
  CHECK(unicode::to_lower("\u0130X", Sigma::by_place) == "i\u0307x");
  CHECK(unicode::to_lower("\u03A3\u038A\u03A3 \u03A3", Sigma::by_place) ==
        "\u03C3\u03AF\u03C2 \u03C3");
  CHECK(unicode::to_lower("\u03A3\u038A\u03A3", Sigma::plain) == "\u03C3\u03AF\u03C3");
  CHECK(unicode::to_lower("AZ[", Sigma::plain) == "az[");
  CHECK(unicode::to_nfc("e\u0301\u0327") == "\u0229\u0301");
  // U+1ACE came with Unicode 14: before, it kept a mark behind it from its place.
  CHECK(unicode::to_nfc("e\u1ACE\u0316") == "e\u0316\u1ACE");
  CHECK(unicode::to_nfc("e\u0301\u1ACE\u0316", 9) == "\u00E9\u1ACE\u0316");
}
