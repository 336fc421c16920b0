#pragma once

#include <memory>
#include <string>

#include "vit/core/fields.h"
#include "vit/data/sample_parts.h"
#include "vit/tasks/classify.h"

namespace vit {

/// What a run trains for, by name, with its options.
struct TaskSpec {
  std::string name = "classify";
  ClassifyOptions options;
};
void describe(FieldVisitor& visitor, TaskSpec& spec);

/// What every sample must hold for this task.
[[nodiscard]] SampleParts needs_of(const TaskSpec& spec);

/// `teacher`: of `options.distillation`, where its type is not `none`.
[[nodiscard]] std::unique_ptr<Task> create_task(const TaskSpec& spec, ImageModel& model,
                                                std::shared_ptr<Teacher> teacher = nullptr);

}  // namespace vit
