#include "vit/augment/blur.h"

#include "vit/core/error.h"
#include "vit/image/gaussian_blur.h"

namespace vit {

void GaussianBlur::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability", kProbability});
  visitor.field({"sigma", &sigma, "least and largest standard deviation in pixels", {0, 1000}});
}

void GaussianBlur::adapt(const InputSpec& /*input*/) {
  if (sigma.size() != 2 || sigma[0] > sigma[1])
    throw Error(ErrorKind::usage, "augment.train: gaussian_blur.sigma",
                "expected [low, high] with low <= high", "write for example sigma: [0.1, 2.0]");
}

void GaussianBlur::apply(Sample& sample, Rng& rng) const {
  if (!rng.chance(p)) return;
  sample.image = vit::gaussian_blur(sample.image, rng.uniform(sigma[0], sigma[1]));
}

}  // namespace vit
