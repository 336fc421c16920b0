#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vit/tasks/detect/rf_detr_told.h"
#include "vit/tasks/whole_weights.h"
#include "vit/weights/load.h"

namespace vit {

/// Weights of a whole RF-DETR under our own names, whoever wrote them: we, Roboflow, or
/// transformers.
struct RfDetrFile {
  std::string source;    ///< whose names they are
  WeightsFile backbone;  ///< under timm's names
  WholeWeights others;
  std::vector<Translation::Renamed> renamed;  ///< of the others
  std::vector<Translation::Dropped> dropped;
  RfDetrTold told;
  /// What the outputs are called; empty: not known. Those of no class are N/A.
  std::vector<std::string> classes;

  /// The length of an axis of one of the others; 0 where there is none.
  [[nodiscard]] std::int64_t size(const std::string& name, std::int64_t axis) const;
  /// How many of `prefix0.`, `prefix1.`, … the others have.
  [[nodiscard]] std::int64_t count(const std::string& prefix) const;
  [[nodiscard]] bool has_masks() const { return size("segmentation_head.bias", 0) == 1; }
};

/// Whether these are weights of a whole RF-DETR. False where they cannot be read.
[[nodiscard]] bool is_rf_detr(const std::filesystem::path& weights);

/// Throws Error (weights) where they are none.
[[nodiscard]] RfDetrFile read_rf_detr(const std::filesystem::path& weights);

}  // namespace vit
