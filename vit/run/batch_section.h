#pragma once

#include <optional>

#include "vit/report/section.h"
#include "vit/run/built_experiment.h"

namespace vit {

/// The first images that the run trains on, as the model is given them, for the report; nothing
/// where it is given several views of each, or features.
[[nodiscard]] std::optional<Section> batch_section(BuiltExperiment& built);

}  // namespace vit
