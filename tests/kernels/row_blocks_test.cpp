#include "vit/kernels/row_blocks.h"

#include <ATen/Parallel.h>

#include <vector>

#include "tests/catch.h"

using namespace vit::kernels;

TEST_CASE("Blocks hold every row once, in whatever order threads take them") {
  for (const std::int64_t rows : {1, 47, 48, 97, 197, 1000, 6304, 6305, 100'000}) {
    const RowBlocks blocks(rows);
    std::vector<std::int64_t> first(static_cast<std::size_t>(blocks.count()), -1), end = first;
    std::vector<int> seen(static_cast<std::size_t>(rows));
    blocks.for_each([&](std::int64_t block, std::int64_t from, std::int64_t to) {
      first[block] = from;
      end[block] = to;
      for (std::int64_t i = from; i < to; ++i) ++seen[i];
    });
    INFO(rows << " rows in " << blocks.count() << " blocks");
    for (const int times : seen) REQUIRE(times == 1);
    CHECK(first.front() == 0);
    CHECK(end.back() == rows);
    for (std::size_t i = 1; i < first.size(); ++i) CHECK(first[i] == end[i - 1]);
  }
}

TEST_CASE("Few rows are shared by all threads, and many are cut finer than that") {
  const auto threads = static_cast<std::int64_t>(at::get_num_threads());
  CHECK(RowBlocks(48 * threads).count() == threads);
  CHECK(RowBlocks(6304).count() >= 16);
}

TEST_CASE("Sums of blocks are added up in their order, the same from run to run") {
  constexpr std::int64_t rows = 5000;
  const auto total = [&] {
    const RowBlocks blocks(rows);
    const BlockSums sums(blocks, 2);
    blocks.for_each([&](std::int64_t block, std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        sums.of(block)[0] += 1.0f / static_cast<float>(i + 1);
        sums.of(block)[1] += 1.0f;
      }
    });
    return sums.total();
  };
  const torch::Tensor expected = total();
  CHECK(expected[1].item<float>() == static_cast<float>(rows));
  for (int i = 0; i < 20; ++i) CHECK(torch::equal(total(), expected));
}
