#pragma once

#include <string>
#include <vector>

#include "vit/experiment/schedule_curves.h"
#include "vit/optim/param_groups.h"
#include "vit/train/batch_finder.h"
#include "vit/train/lr_finder.h"

namespace vit {

/// The parameter groups as a table for people: factor, weight decay, tensors, numbers, names.
[[nodiscard]] std::string param_group_table(const std::vector<ParamGroup>& groups);

/// The curves over a run of `epochs` as drawings of characters, with their axes: the first one ten
/// lines high, the others four.
[[nodiscard]] std::string schedule_drawing(const std::vector<ScheduleCurve>& curves,
                                           std::int64_t epochs, std::int64_t updates);

/// What the finders found, for people: a drawing or a table, and the suggestion.
[[nodiscard]] std::string lr_finding_text(const LrFinding& finding);
[[nodiscard]] std::string batch_finding_text(const BatchFinding& finding);

}  // namespace vit
