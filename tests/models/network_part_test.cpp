#include "vit/models/network_part.h"

#include <regex>

#include "tests/catch.h"

TEST_CASE("A part's layer rules match its parameters' names in the whole network, and no others") {
  const auto rules = vit::rules_of_part(
      "backbone",
      {{.group = 0, .pattern = "^cls_token|pos_embed"}, {.pattern = "blocks\\.(\\d+)"}});
  const auto matches = [](const vit::LayerRule& rule, const std::string& name) {
    return std::regex_search(name, std::regex(rule.pattern));
  };
  CHECK(matches(rules[0], "backbone.cls_token"));
  CHECK(matches(rules[0], "backbone.pos_embed"));  // the alternatives stay together
  CHECK_FALSE(matches(rules[0], "pos_embed"));
  CHECK(matches(rules[1], "backbone.blocks.11.norm1.weight"));
  CHECK_FALSE(matches(rules[1], "decoder.blocks.0.norm1.weight"));
}

TEST_CASE("A part's names are longer in the whole network, and stand behind those of others") {
  CHECK(vit::names_of_part("encoder", {"a", "b.c"}, {"z"}) ==
        std::vector<std::string>{"z", "encoder.a", "encoder.b.c"});
}
