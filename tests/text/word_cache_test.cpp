#include "vit/text/word_cache.h"

#include <string>

#include "tests/catch.h"

TEST_CASE("a word is encoded once for each tokenizer, and a long one each time") {
  const vit::WordCache first, second;
  std::vector<std::int64_t> ids;
  int calls = 0;
  const auto encode = [&](std::vector<std::int64_t>& out) { out.push_back(++calls); };
  for (int i = 0; i < 3; ++i) first.append("ring", ids, encode);
  CHECK(ids == std::vector<std::int64_t>{1, 1, 1});
  second.append("ring", ids, encode);
  CHECK(ids.back() == 2);
  for (int i = 0; i < 2; ++i) first.append(std::string(25, 'x'), ids, encode);
  CHECK(ids.back() == 4);
}

TEST_CASE("words that share a place never share their ids") {
  const vit::WordCache cache;
  std::vector<std::int64_t> ids;
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 20'000; ++i) {
      ids.clear();
      cache.append(std::to_string(i), ids,
                   [&](std::vector<std::int64_t>& out) { out.push_back(i); });
      REQUIRE(ids == std::vector<std::int64_t>{i});
    }
}
