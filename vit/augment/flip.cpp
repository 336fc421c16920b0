#include "vit/augment/flip.h"

#include "vit/image/sample_geometry.h"

namespace vit {

void HorizontalFlip::apply(Sample& sample, Rng& rng) const {
  if (rng.chance(p)) hflip_sample(sample);
}

void HorizontalFlip::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability", kProbability});
}

void VerticalFlip::apply(Sample& sample, Rng& rng) const {
  if (rng.chance(p)) vflip_sample(sample);
}

void VerticalFlip::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability", kProbability});
}

}  // namespace vit
