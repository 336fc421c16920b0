#include "vit/augment/solarize.h"

#include "vit/image/lookup.h"

namespace vit {

void Solarize::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability", kProbability});
  visitor.field({"threshold", &threshold, "the least level that is inverted", {0, 256}});
}

void Solarize::apply(Sample& sample, Rng& rng) const {
  if (rng.chance(p)) sample.image = vit::solarize(sample.image, threshold);
}

}  // namespace vit
