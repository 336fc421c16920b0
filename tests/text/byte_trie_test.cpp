#include "vit/text/byte_trie.h"

#include <string>

#include "tests/catch.h"

TEST_CASE("a trie finds every string that a text begins with, among thousands") {
  vit::ByteTrie trie;
  for (std::uint32_t i = 0; i < 5000; ++i) trie.insert("w" + std::to_string(i), i);
  std::uint32_t node = vit::ByteTrie::root();
  std::vector<std::uint32_t> found;
  for (const char c : std::string("w4321")) {
    node = trie.step(node, c);
    REQUIRE(node != vit::ByteTrie::kNone);
    if (trie.value(node) != vit::ByteTrie::kNone) found.push_back(trie.value(node));
  }
  CHECK(found == std::vector<std::uint32_t>{4, 43, 432, 4321});
  CHECK(trie.step(node, '0') == vit::ByteTrie::kNone);
  CHECK(trie.longest_prefix("w99999") == 4);  // w999: the last is w4999
  CHECK(trie.longest_prefix("x") == 0);
  CHECK(vit::ByteTrie().longest_prefix("x") == 0);
}
