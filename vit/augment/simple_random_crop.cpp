#include "vit/augment/simple_random_crop.h"

#include <algorithm>

#include "vit/augment/pixel_range.h"
#include "vit/augment/random_crop.h"
#include "vit/image/sample_geometry.h"

namespace vit {

void SimpleRandomCrop::describe(FieldVisitor& visitor) {
  visitor.field(
      {"size", &size, "pixels, one number or [height, width]; null: the model's", kSidePixels});
  visitor.field({"padding", &padding, "mirrored pixels added on every side", kBorderPixels});
  visitor.field({"interpolation",
                 &interpolation,
                 "null: the model's",
                 {},
                 {"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"}});
}

void SimpleRandomCrop::adapt(const InputSpec& input) {
  if (!size) size = input.img_size;
  if (!interpolation) interpolation = input.interpolation;
}

void SimpleRandomCrop::apply(Sample& sample, Rng& rng) const {
  // The shorter side becomes the larger of the two sizes, so that the crop is covered.
  const std::int64_t side = std::max(size->height, size->width);
  const std::int64_t shorter = std::min(sample.image.width, sample.image.height);
  const auto scaled = [&](int length) { return static_cast<int>(side * length / shorter); };
  resize_sample(
      sample, scaled(sample.image.width), scaled(sample.image.height),
      filter_from_name(*interpolation, "augment.train: simple_random_crop.interpolation"));
  RandomCrop crop;
  crop.size = size;
  crop.padding = padding;
  crop.padding_mode = "reflect";
  crop.apply(sample, rng);
}

}  // namespace vit
