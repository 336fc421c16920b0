#include "vit/text/html_unescape.h"

#include "tests/catch.h"

using vit::html_unescape;

// The expected texts are Python's html.unescape().
TEST_CASE("names are read with their semicolon, or as the longest that HTML lets stand without") {
  CHECK(html_unescape("&eacute;t&eacute; &amp &lt;b&gt;") == "\u00E9t\u00E9 & <b>");
  CHECK(html_unescape("&notit; &notin; &notanentity;") == "\u00ACit; \u2209 \u00ACanentity;");
  CHECK(html_unescape("&acE; & &; &&amp;") == "\u223E\u0333 & &; &&");
  CHECK(html_unescape("&EacuteX") == "\u00C9X");
  CHECK(html_unescape("&Alpha x") == "&Alpha x");
}

TEST_CASE("numbers are read as Windows-1252 where HTML does, and control characters go") {
  CHECK(html_unescape("&#233;&#xe9&#XE9;") == "\u00E9\u00E9\u00E9");
  CHECK(html_unescape("&#128;&#0;&#xD800;&#x110000;&#99999999999999999999;") ==
        "\u20AC\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(html_unescape("a&#1;b&#xFFFE;c&#13;") == "abc\r");
  CHECK(html_unescape("&#; &#x; &#xg") == "&#; &#x; &#xg");
}
