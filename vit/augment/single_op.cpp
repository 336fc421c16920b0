#include "vit/augment/single_op.h"

#include "vit/augment/step_options.h"

namespace vit {

void SingleOp::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability", kProbability});
  if (find_leveled_op(op_)->argument == nullptr) return;
  visitor.field({"m", &m, "magnitude, as RandAugment counts it", {0, 10}});
  visitor.field(
      {"mstd", &mstd, "standard deviation of the magnitude; above 100: uniform", kNonNegative});
  visitor.field({"interpolation",
                 &interpolation,
                 "of what moves pixels; null: the model's",
                 {},
                 {"nearest", "bilinear", "bicubic", "random"}});
}

void SingleOp::adapt(const InputSpec& input) {
  step_ = step_options(input, interpolation);
  step_.magnitude_std = mstd > 100 ? kUniformMagnitude : mstd;
}

void SingleOp::apply(Sample& sample, Rng& rng) const {
  apply_step({op_, p, m}, step_, sample, rng);
}

}  // namespace vit
