#include "vit/report/svg.h"

#include "tests/catch.h"
#include "tests/report/xml.h"

using namespace vit;
using namespace vit::svg_text;

TEST_CASE("a coordinate has two decimals at most, and no zeros behind") {
  CHECK(px(3) == "3");
  CHECK(px(2.5) == "2.5");
  CHECK(px(1.0 / 3) == "0.33");
  CHECK(px(100) == "100");
}

TEST_CASE("a label is text, whatever its characters") {
  CHECK(label(1, 2.5, "a<b", Anchor::start) == "<text x=\"1\" y=\"2.5\">a&lt;b</text>\n");
  CHECK(label(0, 0, "x", Anchor::end, "class=\"note\"") ==
        "<text x=\"0\" y=\"0\" text-anchor=\"end\" class=\"note\">x</text>\n");
  CHECK(test::is_well_formed(label(0, 0, "</text>\x1b[2J\xff&", Anchor::middle)));
}

TEST_CASE("text is estimated wider the longer, larger and more capital it is") {
  CHECK(text_width("", 12) == 0);
  CHECK(text_width("ab", 12) == Approx(2 * text_width("a", 12)));
  CHECK(text_width("ab", 24) == Approx(2 * text_width("ab", 12)));
  CHECK(text_width("AB", 12) > text_width("ab", 12));
  CHECK(text_width("\u732b", 12) > text_width("a", 12));  // a wide character
}

TEST_CASE("a plot opens with its size and its name for screen readers") {
  const std::string text = open(640, 320.5, "Loss <by epoch>");
  CHECK(test::is_well_formed(text + "</svg>"));
  CHECK(text.find("viewBox=\"0 0 640 320.5\"") != std::string::npos);
  CHECK(text.find("aria-label=\"Loss &lt;by epoch&gt;\"") != std::string::npos);
}

TEST_CASE("every colour of a light plot has one of its own in the dark scheme") {
  const std::string text = open(1, 1, "");
  const std::size_t dark = text.find("prefers-color-scheme:dark");
  REQUIRE(dark != std::string::npos);
  for (const std::string series : {"0", "1", "2", "3", "4", "5"})
    for (const std::string& use : {".plot .s" + series + "{stroke:#", ".plot .f" + series}) {
      INFO(use);
      const std::size_t rule = text.find(use, dark);
      REQUIRE(rule != std::string::npos);
      const std::size_t body = text.find('{', rule);
      CHECK((text.compare(body, 8, "{stroke:") == 0 || text.compare(body, 6, "{fill:") == 0));
    }
}
