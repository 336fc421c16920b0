#include "vit/core/utf8.h"

#include <tuple>

#include "tests/catch.h"

using namespace vit;

TEST_CASE("a character has the length that its first byte promises") {
  CHECK(utf8_length("a", 0) == 1);
  CHECK(utf8_length("\xc3\xbc", 0) == 2);          // ü
  CHECK(utf8_length("\xe7\x8c\xab", 0) == 3);      // a cat in Japanese
  CHECK(utf8_length("\xf0\x9f\x90\x88", 0) == 4);  // and as a picture
  CHECK(utf8_length("a\xc3\xbc", 1) == 2);
  CHECK(utf8_length("a", 1) == 0);  // the end
}

TEST_CASE("the limits of the Unicode table") {
  CHECK(utf8_length("\xc2\x80", 0) == 2);          // U+0080, the smallest of two bytes
  CHECK(utf8_length("\xe0\xa0\x80", 0) == 3);      // U+0800
  CHECK(utf8_length("\xed\x9f\xbf", 0) == 3);      // U+D7FF, before the surrogates
  CHECK(utf8_length("\xee\x80\x80", 0) == 3);      // U+E000, after them
  CHECK(utf8_length("\xf4\x8f\xbf\xbf", 0) == 4);  // U+10FFFF, the last one
}

TEST_CASE("overlong, surrogate, too large, cut off and stray bytes are no characters") {
  for (const std::string bytes :
       {"\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\x80", "\xff", "\xc3", "\xe7\x8c", "\xf0\x9f\x90",
        "\xc3(", "\xe7\x8c("}) {
    CHECK(utf8_length(bytes, 0) == 0);
    CHECK_FALSE(is_utf8("fine " + bytes));
  }
  CHECK(is_utf8("größe 猫"));
  CHECK(is_utf8(""));
}

TEST_CASE("the first character of a text comes with its code and length") {
  for (const auto& [text, code, bytes] :
       {std::tuple{"a", U'a', 1U}, {"ü", U'ü', 2U}, {"猫b", U'猫', 3U}, {"🐈", U'🐈', 4U}}) {
    const Character first = first_character(text);
    CHECK(first.valid);
    CHECK(first.code == code);
    CHECK(first.bytes == bytes);
  }
  const Character stray = first_character("\x80z");
  CHECK_FALSE(stray.valid);
  CHECK(stray.code == 0xFFFD);
  CHECK(stray.bytes == 1);
}
