#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/dataset.h"

namespace vit {

struct SubsetOptions {
  double subset = 1.0;     ///< of the training samples: a part (up to 1) or a number (above)
  std::int64_t folds = 0;  ///< cross-validation: cut the training samples into so many parts …
  std::int64_t fold = 0;   ///< … and validate on this one
  double val_split = 0;    ///< validate on this part of the training samples; 0: the data's own
  std::int64_t subset_seed = 0;
};
void describe(FieldVisitor& visitor, SubsetOptions& options);

/// Some samples of a data set, in the given order. Takes the set over.
[[nodiscard]] std::unique_ptr<Dataset> subset_of(std::unique_ptr<Dataset> data,
                                                 std::vector<std::int64_t> indices);

/// `count` of the samples by the seed, as many of each class as its share says (rounded so that the
/// count is met); in the order of the set. Samples without labels are one class.
[[nodiscard]] std::vector<std::int64_t> stratified_subset(const Dataset& data, std::int64_t count,
                                                          std::uint64_t seed);

/// For each sample, which of `folds` parts it belongs to: parts of equal size, give or take one of
/// each class, by the seed.
[[nodiscard]] std::vector<std::int64_t> fold_of_each(const Dataset& data, std::int64_t folds,
                                                     std::uint64_t seed);

}  // namespace vit
