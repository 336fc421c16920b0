#pragma once

#include <string>
#include <vector>

#include "vit/optim/param_groups.h"
#include "vit/optim/schedule.h"
#include "vit/train/batch_finder.h"
#include "vit/train/lr_finder.h"

namespace vit {

/// The parameter groups as a table for people: factor, weight decay, tensors, numbers, names.
[[nodiscard]] std::string param_group_table(const std::vector<ParamGroup>& groups);

/// The learning rate over a run as a drawing of characters, `width` by `height`, with its axes; and
/// a line for weight decay, momentum and stochastic depth where they change.
[[nodiscard]] std::string schedule_drawing(const Schedule& schedule, const OptimOptions& optim,
                                           std::int64_t epochs, int width = 64, int height = 10);

/// What the finders found, for people: a drawing or a table, and the suggestion.
[[nodiscard]] std::string lr_finding_text(const LrFinding& finding);
[[nodiscard]] std::string batch_finding_text(const BatchFinding& finding);

}  // namespace vit
