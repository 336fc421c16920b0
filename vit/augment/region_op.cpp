#include "vit/augment/region_op.h"

#include "vit/image/sample_geometry.h"

namespace vit {

void RegionOp::apply(Sample& sample, Rng& rng) const {
  const PixelBox part = choose(sample.image.width, sample.image.height, rng);
  // Cut first, as timm does: pixels outside the part must not reach into it.
  crop_sample(sample, part.left, part.top, part.width, part.height);
  finish(sample, std::nullopt);
}

}  // namespace vit
