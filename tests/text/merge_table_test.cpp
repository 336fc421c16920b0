#include "vit/text/merge_table.h"

#include "tests/catch.h"

namespace {

std::vector<std::uint32_t> merged(const vit::MergeTable& table,
                                  const std::vector<std::uint32_t>& ids) {
  std::vector<vit::TextSymbol> symbols;
  for (const auto id : ids) symbols.push_back({id, 1});
  table.apply(symbols);
  std::vector<std::uint32_t> left;
  std::size_t length = 0;
  for (const auto& symbol : symbols) {
    left.push_back(symbol.id);
    length += symbol.length;
  }
  CHECK(length == ids.size());
  return left;
}

}  // namespace

TEST_CASE("of several pairs the one of lowest rank is merged first, of equals the leftmost") {
  vit::MergeTable table;
  table.add(1, 2, 5, 12);
  table.add(2, 3, 1, 23);
  table.add(1, 23, 9, 123);
  table.add(7, 7, 2, 77);
  using Ids = std::vector<std::uint32_t>;
  CHECK(merged(table, {1, 2, 3}) == Ids{123});
  CHECK(merged(table, {1, 2, 4}) == Ids{12, 4});
  CHECK(merged(table, {7, 7, 7}) == Ids{77, 7});
  CHECK(merged(table, {7, 7, 7, 7, 7}) == Ids{77, 77, 7});
  CHECK(merged(table, {}) == Ids{});
  table.add(2, 3, 8, 32);  // the later of two merges of one pair counts
  CHECK(merged(table, {1, 2, 3}) == Ids{12, 3});
}

TEST_CASE("a text of a million symbols is merged without a square of that") {
  vit::MergeTable table;
  for (std::uint32_t i = 1; i < 20; ++i) table.add(i, i, i, i + 1);
  CHECK(merged(table, std::vector<std::uint32_t>(1 << 19, 1)) == std::vector<std::uint32_t>{20});
}
