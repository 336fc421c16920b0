#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "vit/weights/naming/translation.h"

namespace vit {

/// What became of every tensor of the model and of the file.
struct LoadReport {
  struct Mismatch {
    std::string name, expected, found;  ///< shapes
  };
  struct Resampled {
    std::string name, what;  ///< `4x4 to 6x6 patches, bicubic_antialias`
  };

  std::string format;      ///< of the file, as in `safetensors`
  std::string part;        ///< dict of a checkpoint that the tensors are from; "" where it has one
  std::string convention;  ///< whose names it has, as in `DINOv2 of transformers`
  std::string wrapper;     ///< prefix that was taken off all names, as in `module.`

  std::vector<std::string> matched;           ///< copied as they are, under timm's names
  std::vector<Translation::Renamed> renamed;  ///< what they were called in the file
  std::vector<Resampled> resampled;           ///< copied after a change of size
  std::vector<std::string> reset;             ///< left as initialised: the user asked for it
  std::vector<Translation::Dropped> dropped;  ///< in the file, left out on purpose
  std::vector<std::string> missing;           ///< in the model, not in the file
  std::vector<std::string> unexpected;        ///< in the file, not in the model
  std::vector<Mismatch> mismatched;           ///< in both, of other shapes

  /// The file's classifier was left out: what the model gives is no output of it.
  bool head_left_out = false;

  [[nodiscard]] bool complete() const {
    return missing.empty() && unexpected.empty() && mismatched.empty();
  }
  /// One line: "152 tensors matched, 2 reset".
  [[nodiscard]] std::string counts() const;
  /// That, and a line for each reason with the names of what was reset, left out or not found.
  [[nodiscard]] std::string summary() const;
  /// One line for each tensor that was not simply copied, then the summary.
  [[nodiscard]] std::string details() const;
};

[[nodiscard]] nlohmann::json to_json(const LoadReport& report);

/// The first ten names, and how many more there are.
[[nodiscard]] std::string first_names(const std::vector<std::string>& names);

}  // namespace vit
