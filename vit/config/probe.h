#pragma once

#include <filesystem>
#include <string>

#include "vit/config/experiment.h"

namespace vit {

/// All that the features of a model depend on: its options and weights, the data, the pixels.
[[nodiscard]] std::string feature_key(const Experiment& experiment, ImageModel& body);

/// Where they are kept between runs: `runs/.features/…`.
[[nodiscard]] std::filesystem::path feature_file(const Experiment& experiment,
                                                 const std::string& key, const std::string& split);

/// Copies what both models have by the same name and shape.
void copy_weights(ImageModel& from, ImageModel& to);

}  // namespace vit
