#include "vit/data/sampler.h"

#include <algorithm>
#include <map>

#include "tests/catch.h"

using vit::shuffled_order;

TEST_CASE("A shuffled order holds every index once") {
  for (const std::int64_t size : {0, 1, 2, 1000}) {
    std::vector<std::int64_t> order = shuffled_order(size, 1, 0);
    std::sort(order.begin(), order.end());
    CHECK(order == vit::sequential_order(size));
  }
}

TEST_CASE("The order is a function of seed and epoch, and other for another of either") {
  CHECK(shuffled_order(100, 1, 0) == shuffled_order(100, 1, 0));
  CHECK(shuffled_order(100, 1, 0) != shuffled_order(100, 1, 1));
  CHECK(shuffled_order(100, 1, 0) != shuffled_order(100, 2, 0));
  CHECK(shuffled_order(100, 1, 0) != vit::sequential_order(100));
}

TEST_CASE("Every order of three comes up, each about as often") {
  std::map<std::vector<std::int64_t>, int> counts;
  for (std::int64_t epoch = 0; epoch < 6000; ++epoch) ++counts[shuffled_order(3, 1, epoch)];
  CHECK(counts.size() == 6);
  for (const auto& [order, count] : counts) {
    CHECK(count > 1000 - 116);  // four standard deviations of a binomial
    CHECK(count < 1000 + 116);
  }
}

TEST_CASE("The sequential order counts") {
  CHECK(vit::sequential_order(3) == std::vector<std::int64_t>{0, 1, 2});
  CHECK(vit::sequential_order(0).empty());
}
