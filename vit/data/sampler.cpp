#include "vit/data/sampler.h"

#include <numeric>
#include <utility>

#include "vit/core/rng.h"

namespace vit {

std::vector<std::int64_t> sequential_order(std::int64_t size) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(size));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  return order;
}

std::vector<std::int64_t> shuffled_order(std::int64_t size, std::uint64_t seed,
                                         std::int64_t epoch) {
  std::vector<std::int64_t> order = sequential_order(size);
  Rng rng(seed, Stream::shuffle, static_cast<std::uint64_t>(epoch));
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  return order;
}

}  // namespace vit
