#include "vit/augment/resize.h"

#include "vit/augment/pixel_range.h"
#include "vit/image/sample_geometry.h"

namespace vit {

void Resize::adapt(const InputSpec& input) {
  if (!size) size = input.img_size;
  if (!interpolation) interpolation = input.interpolation;
}

void Resize::describe(FieldVisitor& visitor) {
  visitor.field(
      {"size", &size, "pixels, one number or [height, width]; null: the model's", kSidePixels});
  visitor.field({"interpolation",
                 &interpolation,
                 "null: the model's",
                 {},
                 {"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"}});
}

void Resize::apply(Sample& sample, Rng& /*rng*/) const {
  resize_sample(sample, static_cast<int>(size->width), static_cast<int>(size->height),
                filter_from_name(*interpolation, "augment.train: resize.interpolation"));
}

}  // namespace vit
