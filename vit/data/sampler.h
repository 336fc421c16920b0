#pragma once

#include <cstdint>
#include <vector>

namespace vit {

/// A random order of 0 … size - 1: a pure function of (seed, epoch), whatever the number of
/// workers.
[[nodiscard]] std::vector<std::int64_t> shuffled_order(std::int64_t size, std::uint64_t seed,
                                                       std::int64_t epoch);

/// 0 … size - 1.
[[nodiscard]] std::vector<std::int64_t> sequential_order(std::int64_t size);

}  // namespace vit
