#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vit/io/safetensors.h"
#include "vit/models/image_model.h"

namespace vit {

struct LoadOptions {
  bool reset_head = false;  ///< keep the model's own classifier, whatever the file holds
};

/// What became of every tensor of the model and of the file.
struct LoadReport {
  struct Mismatch {
    std::string name, expected, found;  ///< shapes
  };
  std::vector<std::string> matched;
  std::vector<std::string> reset;       ///< left as initialised because the user asked for it
  std::vector<std::string> missing;     ///< in the model, not in the file
  std::vector<std::string> unexpected;  ///< in the file, not in the model
  std::vector<Mismatch> mismatched;     ///< in both, of other shapes

  [[nodiscard]] bool complete() const {
    return missing.empty() && unexpected.empty() && mismatched.empty();
  }
  /// One line: "152 tensors matched, 2 reset".
  [[nodiscard]] std::string summary() const;
};

/// Copies the weights of a safetensors file with timm's names into `model`, converting element
/// types. Optimizer state of a checkpoint (`optim/…`) is passed over. Nothing is silent: throws
/// Error (weights) that lists every missing, unexpected and mismatched tensor unless all fit; the
/// model is left as it was then.
LoadReport load_weights(ImageModel& model, const std::filesystem::path& path,
                        const LoadOptions& options = {});

}  // namespace vit
