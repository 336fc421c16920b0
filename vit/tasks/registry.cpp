#include "vit/tasks/registry.h"

namespace vit {

void describe(FieldVisitor& visitor, TaskSpec& spec) {
  visitor.field({"name", &spec.name, "what is learned", {}, {"classify"}});
  describe(visitor, spec.options);
}

std::unique_ptr<Task> create_task(const TaskSpec& spec, ImageModel& model) {
  return std::make_unique<ClassifyTask>(model, spec.options);
}

}  // namespace vit
