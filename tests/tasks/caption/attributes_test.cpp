#include "vit/tasks/caption/attributes.h"

#include "tests/catch.h"
#include "tests/io/scratch.h"

using Words = std::vector<std::string>;

TEST_CASE("An attribute finds its words in their order, in front of a word or behind it") {
  const auto all = vit::parse_attributes(
      {"colour: red blue", "size: medium large, before on", "ground: red blue , after on"});
  REQUIRE(all.size() == 3);
  const std::string sentence = "A Red-ish medium-sized ring, on a blue and red ground. large";
  CHECK(all[0].in(sentence) == Words{"red", "blue", "red"});
  CHECK(all[1].in(sentence) == Words{"medium"});
  CHECK(all[2].in(sentence) == Words{"blue", "red"});
  CHECK(all[1].in("large") == Words{"large"});  // no `on`: all of it is in front
  CHECK(all[2].in("red").empty());
  CHECK(all[0].in("").empty());
}

TEST_CASE("What is no attribute is refused by what it lacks") {
  for (const char* line : {"red blue", ": red", "a b: red", "colour:", "colour: red, near on",
                           "colour: red, before", "colour: red, before a b"}) {
    INFO(line);
    const auto error = vit::test::error_of([&] { (void)vit::parse_attributes({line}); });
    REQUIRE(error);
    CHECK(error->kind() == vit::ErrorKind::usage);
  }
  CHECK(vit::test::error_of([] { (void)vit::parse_attributes({"a: b", "a: c"}); }));
}

TEST_CASE("A sentence's words are in lower case, and stand between single blanks") {
  CHECK(vit::words_of_sentence(" A medium - sized  Ring, on (blue) . ") ==
        "a medium sized ring on blue");
  CHECK(vit::words_of_sentence("it's well-known") == "it's well-known");
  CHECK(vit::words_of_sentence(" .. ").empty());
}
