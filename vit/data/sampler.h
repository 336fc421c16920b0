#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"

/// Which samples an epoch is made of, and in which order. Everything is a pure function of what it
/// is given: nothing depends on the number of workers or on where a run was resumed.
namespace vit {

/// A random order of 0 … size - 1, by (seed, epoch).
[[nodiscard]] std::vector<std::int64_t> shuffled_order(std::int64_t size, std::uint64_t seed,
                                                       std::int64_t epoch);

/// 0 … size - 1.
[[nodiscard]] std::vector<std::int64_t> sequential_order(std::int64_t size);

struct SamplerOptions {
  std::string sampler = "shuffle";  ///< shuffle, class_balanced or weighted
  std::int64_t aug_repeats = 0;     ///< timm's: each picture so often in a row; 0 and 1: once
  std::string sample_weights{};     ///< for `weighted`: a file with one number a line
};
void describe(FieldVisitor& visitor, SamplerOptions& options);

/// The order of a training epoch; always as long as the data set.
///
/// `shuffle`: each sample once. `class_balanced`: draws with replacement, each class equally often
/// on average. `weighted`: draws with replacement, by weights. With `aug_repeats` r, repeated
/// augmentation (Hoffer et al. 2020): r copies of each sample stand together, to be augmented
/// differently, and an epoch sees one r-th of the samples, as with timm's RepeatAugSampler.
/// Throws Error (usage or data) where a weight is missing, negative or not finite.
[[nodiscard]] std::vector<std::int64_t> training_order(const Dataset& data,
                                                       const SamplerOptions& options,
                                                       std::uint64_t seed, std::int64_t epoch);

/// Throws what training_order would: where it needs weights or labels that are not there. Throws
/// Error (usage), too, for weights that the sampler does not read.
void check_sampler(const Dataset& data, const SamplerOptions& options);

/// What process `rank` of `world` trains on: of each step's batch of `world * batch_size` samples,
/// its own share. All get equally many; the order's first samples fill up the last batch.
[[nodiscard]] std::vector<std::int64_t> rank_order(const std::vector<std::int64_t>& order,
                                                   std::int64_t rank, std::int64_t world);

/// `size` draws with replacement, by weights; by (seed, epoch).
[[nodiscard]] std::vector<std::int64_t> weighted_order(const std::vector<double>& weights,
                                                       std::int64_t size, std::uint64_t seed,
                                                       std::int64_t epoch);

}  // namespace vit
