#include "vit/augment/three_augment.h"

#include "vit/augment/color_jitter.h"
#include "vit/image/enhance.h"
#include "vit/image/gaussian_blur.h"
#include "vit/image/lookup.h"

namespace vit {

void ThreeAugment::describe(FieldVisitor& visitor) {
  visitor.field({"color_jitter", &color_jitter, "strength; 0: none", kNonNegative});
}

void ThreeAugment::apply(Sample& sample, Rng& rng) const {
  switch (rng.below(3)) {
    case 0: sample.image = to_grey(sample.image); break;
    case 1: sample.image = solarize(sample.image, 128); break;
    default: sample.image = gaussian_blur(sample.image, rng.uniform(0.1, 2)); break;
  }
  ColorJitter jitter;
  jitter.brightness = jitter.contrast = jitter.saturation = color_jitter;
  jitter.apply(sample, rng);
}

}  // namespace vit
