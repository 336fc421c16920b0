#include "vit/augment/rot90.h"

#include "vit/image/sample_geometry.h"

namespace vit {

void Rot90::apply(Sample& sample, Rng& rng) const {
  if (rng.chance(p)) rot90_sample(sample, static_cast<int>(rng.between(1, 3)));
}

void Rot90::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability of a turn, by one to three quarters", kProbability});
}

}  // namespace vit
