#include "vit/text/text_rule.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"
#include "vit/core/error.h"

using vit::TextRule;

TEST_CASE("the rules do to a text what their sources do") {
  CHECK(TextRule::clip().apply("Cafe\u0301  X") == "caf\u00E9  x");
  CHECK(TextRule::open_clip().apply(" &amp;lt;B&gt;\u3000 x\x1C ") == "<b> x");
  CHECK(TextRule::siglip().apply("A_photo-of (a) RED circle!! ") == "a photoof a red circle");
  CHECK(TextRule::open_clip_siglip().apply("&lt;A&gt; b") == "a b");
  CHECK(TextRule::siglip2().apply("\u039F\u03A3 ") == "\u03BF\u03C3 ");
  CHECK(TextRule{}.apply("A\xFF") == "A\xFF");
  CHECK(TextRule::siglip2().apply("A\xFF") == "a\uFFFD");
}

TEST_CASE("a rule is read back from the JSON that it is stored as") {
  for (const TextRule& rule : {TextRule::clip(), TextRule::open_clip_siglip(), TextRule{}})
    CHECK(vit::text_rule_from_json(to_json(rule), "test") == rule);
  try {
    static_cast<void>(vit::text_rule_from_json({"lowre"}, "text_input.json: rule"));
    FAIL("an unknown step was taken");
  } catch (const vit::Error& error) {
    CHECK(error.kind() == vit::ErrorKind::weights);
    CHECK_THAT(error.what(), Catch::Contains("lowre") && Catch::Contains("\"lower\""));
  }
}
