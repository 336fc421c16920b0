#include "vit/report/text.h"

#include "tests/catch.h"

using namespace vit;

TEST_CASE("the width of a text is what a terminal gives to it") {
  CHECK(display_width("cat") == 3);
  CHECK(display_width("Käse") == 4);
  CHECK(display_width("猫") == 2);
  CHECK(display_width("e\u0301") == 1);  // e and a combining accent
  CHECK(display_width("🐈") == 2);
  CHECK(display_width("━─█…") == 4);
}

TEST_CASE("a long text is cut at its end or in its middle") {
  CHECK(shorten("classification", 8) == "classif…");
  CHECK(shorten("short", 8) == "short");
  CHECK(shorten_middle("/data/very/long/path/cat.jpg", 15) == "/data/v…cat.jpg");
  CHECK(shorten_middle("abc", 3) == "abc");
  CHECK(shorten_middle("abcd", 1) == "…");
  CHECK(shorten_middle("abcd", 0).empty());
}

TEST_CASE("no cut splits a character or exceeds the width") {
  const std::string name = "ab短い日本語のクラス名yz";
  for (int columns = 0; columns <= 24; ++columns) {
    for (const std::string& text : {shorten(name, columns), shorten_middle(name, columns)}) {
      CHECK(display_width(text) <= columns);
      CHECK(visible(text) == text);
    }
  }
}

TEST_CASE("padding counts columns, not bytes") {
  CHECK(pad_right("猫", 4) == "猫  ");
  CHECK(pad_left("ä", 3) == "  ä");
  CHECK(pad_left("long", 2) == "long");
}
