#include "vit/io/printable.h"

#include "tests/catch.h"

using namespace vit;

TEST_CASE("plain text and other alphabets are shown as they are") {
  CHECK(printable("blocks.0.attn") == "blocks.0.attn");
  CHECK(in_quotes("größe 图") == "\"größe 图\"");
}

TEST_CASE("what would steer a terminal is escaped") {
  CHECK(printable("a\x1b[2Jb\n") == "a\\u001b[2Jb\\n");
  CHECK(printable("\x7f") == "\\u007f");
  CHECK(printable("\xC2\x9B") == "\\u009b");  // U+009B: CSI in one character
  CHECK(printable({"a\0b", 3}) == "a\\u0000b");
  CHECK(printable("\xC2\xA0") == "\xC2\xA0");  // a no-break space is text
}

TEST_CASE("bytes that are not UTF-8 become replacement characters") {
  CHECK(printable("a\xFFz") == "a\xEF\xBF\xBDz");
}

TEST_CASE("a long text loses its middle") {
  const std::string shown = printable(std::string(1'000'000, 'x'), 20);
  CHECK(shown == "xxxxxxxxxx...xxxxxxxxxx");
}
