#include "vit/core/text.h"

#include "tests/catch.h"

using namespace vit;

TEST_CASE("plain text and other alphabets are shown as they are") {
  CHECK(printable("blocks.0.attn") == "blocks.0.attn");
  CHECK(in_quotes("größe 图") == "\"größe 图\"");
  CHECK(visible("grüße 猫") == "grüße 猫");
  CHECK(printable("\xC2\xA0") == "\xC2\xA0");  // a no-break space is text
}

TEST_CASE("what could steer a terminal is escaped, in messages as in tables") {
  for (const auto& escape : {+[](std::string_view text) { return visible(text); },
                             +[](std::string_view text) { return printable(text); }}) {
    CHECK(escape("a\nb\tc\r") == "a\\nb\\tc\\r");
    CHECK(escape("a\x1b[2Jb") == "a\\x1b[2Jb");
    CHECK(escape(std::string_view("\0\x7f", 2)) == "\\x00\\x7f");
    CHECK(escape("\u009b31m") == "\\x9b31m");            // the C1 form of ESC [
    CHECK(escape("\u2028") == "\\u2028");                // a separator of lines
    CHECK(escape("\u202egnp.exe") == "\\u202egnp.exe");  // right-to-left override
  }
  CHECK(in_quotes("\x1b\u202e") == "\"\\x1b\\u202e\"");
}

TEST_CASE("bytes that are no UTF-8 are shown as bytes") {
  CHECK(visible("\xff") == "\\xff");
  CHECK(visible("\xc0\xaf") == "\\xc0\\xaf");             // overlong
  CHECK(visible("\xed\xa0\x80") == "\\xed\\xa0\\x80");    // a surrogate
  CHECK(visible("ab\xe7\x8c") == "ab\\xe7\\x8c");         // cut off
  CHECK(visible("\xf5\x80\x80\x80").find("\\xf5") == 0);  // beyond Unicode
  CHECK(printable("a\xFFz") == "a\\xffz");
}

TEST_CASE("in quotes, a quote of the text is told from the one that ends it") {
  CHECK(in_quotes("a\"b\\") == "\"a\\\"b\\\\\"");
  CHECK(printable("a\"b\\") == "a\"b\\");  // as it is written, so that it can be copied
}

TEST_CASE("a long text loses its middle, and no character is cut in two") {
  CHECK(printable(std::string(1'000'000, 'x'), 20) == "xxxxxxxxxx...xxxxxxxxxx");
  const std::string name = "ab短い日本語のクラス名yz🐈";
  for (std::size_t bytes = 0; bytes <= name.size(); ++bytes)
    CHECK(printable(name, bytes).find("\\x") == std::string::npos);
  CHECK(printable(std::string(50, '\x80'), 4) == "\\x80\\x80...\\x80\\x80");
}
