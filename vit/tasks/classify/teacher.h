#pragma once

#include <memory>

#include "vit/tasks/classify/distill.h"
#include "vit/tasks/task_config.h"

namespace vit {

/// The teacher that task.distillation names: from a run directory or a checkpoint as it is, or a
/// model by name with weights of it; with its logits of the training data where they are cached.
/// Null where nothing is distilled. `context` is of training. Throws Error (usage) where it does
/// not fit the student, Error (weights) where it cannot be read.
[[nodiscard]] std::shared_ptr<Teacher> open_teacher(const DistillOptions& options,
                                                    const TaskContext& context);

}  // namespace vit
