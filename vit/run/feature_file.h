#pragma once

#include <string>

#include "vit/experiment/experiment.h"

namespace vit {

/// Where what `body` makes of an experiment's data is kept between runs (`runs/.features/…`), and
/// all that it depends on: the model's options and weights, the data, the pixels. `what` tells
/// several of them apart: `train`, `val`.
[[nodiscard]] FeatureFile feature_file(const Experiment& experiment, ImageModel& body,
                                       const std::string& what);

}  // namespace vit
