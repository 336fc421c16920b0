#pragma once

#include <filesystem>
#include <string>

#include "vit/config/experiment.h"

namespace vit {

/// Throws Error (usage) that names every option which is set and which a linear probe cannot
/// honour: those of the body's training, and of images that vary, as features are computed once.
void check_probe(const Experiment& experiment);

/// All that the features of a model depend on: its options and weights, the data, the pixels.
[[nodiscard]] std::string feature_key(const Experiment& experiment, ImageModel& body);

/// Where they are kept between runs: `runs/.features/…`.
[[nodiscard]] std::filesystem::path feature_file(const Experiment& experiment,
                                                 const std::string& key, const std::string& split);

/// Copies what both models have by the same name and shape.
void copy_weights(ImageModel& from, ImageModel& to);

}  // namespace vit
