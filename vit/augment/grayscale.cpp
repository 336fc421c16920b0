#include "vit/augment/grayscale.h"

#include "vit/image/enhance.h"

namespace vit {

void Grayscale::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability", kProbability});
}

void Grayscale::apply(Sample& sample, Rng& rng) const {
  if (rng.chance(p)) sample.image = to_grey(sample.image);
}

}  // namespace vit
