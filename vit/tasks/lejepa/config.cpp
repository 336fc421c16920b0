#include "vit/tasks/lejepa/config.h"

#include "vit/tasks/lejepa/task.h"
#include "vit/tasks/whole_weights.h"

namespace vit {

void describe(FieldVisitor& visitor, LejepaOptions& o) {
  visitor.field({"lambda", &o.lambda,
                 "weight of SIGReg against the invariance; for one batch size, as the statistic "
                 "grows with it",
                 kProbability});
  visitor.field({"directions", &o.directions, "lines that features are projected onto in an update",
                 kAtLeastOne});
  visitor.field({"centre",
                 &o.centre,
                 "what the views of an image are drawn to: the mean of all of them, as in the "
                 "authors' minimal code, or of the global ones, as in the paper",
                 {},
                 {"all", "global"}});
  visitor.section("projector", "what stands between features and loss",
                  [&](FieldVisitor& inner) { describe(inner, o.projector); });
  describe(visitor, o.judged);
}

bool LejepaConfig::owns(const std::filesystem::path& weights) const {
  return has_parts(weights, {"backbone.", "projector.8."});
}

std::unique_ptr<Task> LejepaConfig::make(const TaskContext& context) const {
  return std::make_unique<LejepaTask>(*this, context);
}

}  // namespace vit
