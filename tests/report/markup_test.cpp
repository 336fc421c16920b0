#include "vit/report/markup.h"

#include "tests/catch.h"

using namespace vit;

TEST_CASE("text cannot end its element or attribute") {
  CHECK(html_text("<script>\"&'") == "&lt;script&gt;&quot;&amp;&#39;");
  CHECK(html_text("a\x1b\nb") == "a\\x1b\\nb");
  CHECK(html_text("grüße 猫") == "grüße 猫");
}

TEST_CASE("lines keep their ends and tabs") {
  CHECK(html_lines("a: 1\n\tb: <x>\r\n") == "a: 1\n\tb: &lt;x&gt;\\r\n");
  CHECK(html_lines("\n\n") == "\n\n");
}

TEST_CASE("base64 gives the values of RFC 4648") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xff\xfe") == "//4=");
}

TEST_CASE("a picture becomes a data URI of its kind") {
  CHECK(png_data_uri(Image(2, 2)).starts_with("data:image/png;base64,iVBORw0KGgo"));
  CHECK(jpeg_data_uri(Image(2, 2)).starts_with("data:image/jpeg;base64,/9j/"));
}
