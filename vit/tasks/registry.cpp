#include "vit/tasks/registry.h"

#include "vit/core/error.h"

namespace vit {

void describe(FieldVisitor& visitor, TaskSpec& spec) {
  visitor.field(
      {"name",
       &spec.name,
       "what is learned: classes; linear_probe: the head alone, on features of the frozen "
       "model that are computed once",
       {},
       {"classify", "linear_probe"}});
  describe(visitor, spec.options);
}

SampleParts needs_of(const TaskSpec& /*spec*/) {
  return {SamplePart::label};  // both tasks tell classes apart
}

std::unique_ptr<Task> create_task(const TaskSpec& spec, ImageModel& model,
                                  std::shared_ptr<Teacher> teacher) {
  // What a linear probe trains is the loss of a classifier too; that its model is a head on
  // features is its caller's business.
  if (spec.name == "classify" || spec.name == "linear_probe")
    return std::make_unique<ClassifyTask>(model, spec.options, std::move(teacher));
  throw Error(ErrorKind::usage, "task.name", str("there is no task `", spec.name, "`"),
              "choose classify or linear_probe");
}

}  // namespace vit
