#include "vit/text/typography.h"

#include "tests/catch.h"

using vit::plain_typography;

// Right values: ftfy 6.3.1.
TEST_CASE("Typesetters' characters become plain ones") {
  CHECK(plain_typography("it’s a “dog”") == "it's a \"dog\"");
  CHECK(plain_typography("ﬁne ﬂow, ĳ ǅ ﬅ") == "fine flow, ij Dž ſt");
  CHECK(plain_typography("ＬＯＵＤ　ﾊﾝ") == "LOUD ハン");
  CHECK(plain_typography("a\r\nb\rc\u2028d") == "a\nb\nc\nd");
  CHECK(plain_typography("e\u0301") == "é");
  CHECK(plain_typography("plain ascii, as it was") == "plain ascii, as it was");
}

TEST_CASE("What moves a terminal or cannot be seen is left out") {
  CHECK(plain_typography("\x1b[1;31mred\x1b[0m") == "red");
  CHECK(plain_typography("\x1b"
                         "a\x07z\x7f") == "az");
  CHECK(plain_typography("\uFEFFa\uFFFC") == "a");
  CHECK(plain_typography("a\tb\fc") == "a\tb\fc");
  CHECK(plain_typography("\u0093so\u0094 \u0080 \u0081") == "\"so\" € \u0081");
}

TEST_CASE("Entities are decoded where the text cannot be HTML") {
  CHECK(plain_typography("fish &amp; chips &rsquo;") == "fish & chips '");
  CHECK(plain_typography("&amp;lt;") == "<");
  CHECK(plain_typography("<b> &amp;") == "<b> &amp;");
  CHECK(plain_typography("this&not that &notit; &; &#;") == "this&not that &notit; &; &#;");
  CHECK(plain_typography("&#233;&#x80;") == "é€");
}
