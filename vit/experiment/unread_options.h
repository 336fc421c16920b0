#pragma once

#include <string>
#include <vector>

#include "vit/experiment/experiment.h"

namespace vit {

/// Options that are set and have no say, as another option does not ask for them: one line for
/// each, with the reason, such as `task.focal_gamma is 3.0 and has no say: task.loss is ce`.
[[nodiscard]] std::vector<std::string> unread_options(const Experiment& experiment);

/// Throws Error (usage) that names every option which is set and which the task cannot honour.
void require_honoured(const Experiment& experiment);

}  // namespace vit
