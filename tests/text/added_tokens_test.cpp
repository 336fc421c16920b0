#include "vit/text/added_tokens.h"

#include "tests/catch.h"

TEST_CASE("added tokens cut a text: the leftmost first, of one place the longest") {
  const vit::AddedTokens tokens({{"<a>", 1}, {"<a><b>", 2}, {"x", 3}, {"", 4}});
  std::string told;
  tokens.split(
      "q<a><b>r<a>x", [&](std::string_view part) { told += "[" + std::string(part) + "]"; },
      [&](std::int64_t id) { told += std::to_string(id); });
  CHECK(told == "[q]2[r]13");
}
