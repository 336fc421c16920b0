#include "vit/text/vocabulary.h"

#include "tests/catch.h"
#include "vit/core/error.h"

TEST_CASE("pieces are found by id and by text, after a move too") {
  vit::Vocabulary first({"a", "b", ""}, "test");
  const vit::Vocabulary vocabulary = std::move(first);
  CHECK(vocabulary.size() == 3);
  CHECK(vocabulary.piece(1) == "b");
  CHECK(vocabulary.find("") == 2U);
  CHECK_FALSE(vocabulary.find("c"));
  CHECK_THROWS_AS(vocabulary.piece(3), vit::Error);
  CHECK_THROWS_AS(vocabulary.piece(-1), vit::Error);
  CHECK_THROWS_AS(vit::Vocabulary({"a", "a"}, "test"), vit::Error);
}
