#include "vit/augment/center_crop.h"

#include "vit/augment/pixel_range.h"
#include "vit/image/sample_geometry.h"

namespace vit {

void CenterCrop::adapt(const InputSpec& input) {
  if (!size) size = input.img_size;
}

void CenterCrop::describe(FieldVisitor& visitor) {
  visitor.field(
      {"size", &size, "pixels, one number or [height, width]; null: the model's", kSidePixels});
}

void CenterCrop::apply(Sample& sample, Rng& /*rng*/) const {
  const int height = static_cast<int>(size->height), width = static_cast<int>(size->width);
  crop_sample(sample, center_offset(sample.image.width, width),
              center_offset(sample.image.height, height), width, height);
}

}  // namespace vit
