#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "vit/data/dataset.h"

namespace vit {

struct BrokenSample {
  std::string source, problem;
};

/// Pictures of equal pixels, whatever their files are called.
struct DuplicateGroup {
  std::vector<std::string> sources;
};

/// The objects in boxes of a split; `crowd`s count by themselves.
struct BoxCounts {
  std::int64_t objects = 0, difficult = 0, crowds = 0;
  std::int64_t most = 0;                          ///< in one image
  std::int64_t empty = 0;                         ///< sound images without any
  std::int64_t small = 0, medium = 0, large = 0;  ///< by COCO: up to 32², up to 96² pixels, above
  double median_side = 0;                         ///< of the roots of the areas, in pixels
};

/// What is in one split.
struct SplitReport {
  std::string name;  ///< `train`, `val`
  std::int64_t samples = 0;
  std::vector<BrokenSample> broken{};
  std::vector<DuplicateGroup> duplicates{};
  /// Samples by their label; of those without one, the images whose mask holds the class, and else
  /// the objects in boxes.
  std::map<std::string, std::int64_t> per_class{};
  bool has_labels = false, has_masks = false;  ///< what the samples have
  BoxCounts boxes{};                           ///< of the sound ones
  DataNotes notes{};                        ///< what was left out or mended, and what is remarkable
  std::int64_t min_side = 0, max_side = 0;  ///< of the sound pictures
  /// Sound pictures by their shorter side: up to 32, 64, 128 … pixels.
  std::map<std::int64_t, std::int64_t> by_size{};

  /// The largest class's share over the smallest's; 1 is balanced; 0 where a class is empty.
  [[nodiscard]] double imbalance() const;
};

struct DataReport {
  std::vector<SplitReport> splits;
  /// Pictures of the same pixels in more than one split: the figures of validation are too good.
  std::vector<DuplicateGroup> leaked{};
  /// Classes by label that have samples in some splits and none in others: `kat: in val, not in
  /// train`.
  std::vector<std::string> one_sided{};

  [[nodiscard]] std::int64_t broken() const;
};

struct CheckedSplit {
  std::string name;
  const Dataset* data;
};
/// How many samples are done, of how many.
using CheckProgress = std::function<void(std::int64_t done, std::int64_t all)>;

/// Decodes every sample of every split on `workers` threads. Broken ones are collected, not thrown;
/// the report does not depend on the number of threads.
[[nodiscard]] DataReport check_data(const std::vector<CheckedSplit>& splits, std::int64_t workers,
                                    const CheckProgress& progress = {});

}  // namespace vit
