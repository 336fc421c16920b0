#include "vit/augment/auto_augment.h"

#include "vit/augment/policies.h"
#include "vit/augment/step_options.h"
#include "vit/augment/torchvision_op.h"

namespace vit {

void AutoAugment::describe(FieldVisitor& visitor) {
  visitor.field({"policy",
                 &policy,
                 "what was searched for",
                 {},
                 {"original", "originalr", "v0", "v0r", "imagenet", "3a", "cifar10", "svhn"}});
  visitor.field({"mstd", &mstd, "standard deviation of the magnitudes", kNonNegative});
  visitor.field({"interpolation",
                 &interpolation,
                 "null: the model's",
                 {},
                 {"nearest", "bilinear", "bicubic", "random"}});
}

void AutoAugment::adapt(const InputSpec& input) {
  step_ = step_options(input, interpolation);
  step_.magnitude_std = mstd;
}

void AutoAugment::apply(Sample& sample, Rng& rng) const {
  if (const auto pairs = timm_policy(policy); !pairs.empty()) {
    for (const PolicyStep& step : pairs[rng.below(pairs.size())])
      if (!step.name.empty()) apply_step(step_of_policy(step, policy), step_, sample, rng);
    return;
  }
  constexpr std::int64_t kBins = 10;  // torchvision's tables count magnitudes from 0 to 9
  const auto pairs = torchvision_policy(policy);
  const NamedOpOptions how{step_.filter.value_or(Filter::bicubic), step_.fill};
  for (const PolicyStep& step : pairs[rng.below(pairs.size())])
    if (rng.chance(step.probability))
      apply_torchvision_op(step.name, {static_cast<std::int64_t>(step.magnitude), kBins},
                           AugmentSpace::standard, how, sample, rng);
}

}  // namespace vit
