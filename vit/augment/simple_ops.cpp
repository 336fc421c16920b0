#include "vit/augment/simple_ops.h"

#include "vit/augment/pixel_range.h"
#include "vit/core/error.h"
#include "vit/image/enhance.h"
#include "vit/image/gaussian_blur.h"
#include "vit/image/lookup.h"
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

void Rot90::apply(Sample& sample, Rng& rng) const {
  if (rng.chance(p)) rot90_sample(sample, static_cast<int>(rng.between(1, 3)));
}

void Rot90::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability of a turn, by one to three quarters", kProbability});
}

void Grayscale::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability", kProbability});
}

void Grayscale::apply(Sample& sample, Rng& rng) const {
  if (rng.chance(p)) sample.image = to_grey(sample.image);
}

void Solarize::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability", kProbability});
  visitor.field({"threshold", &threshold, "the least level that is inverted", {0, 256}});
}

void Solarize::apply(Sample& sample, Rng& rng) const {
  if (rng.chance(p)) sample.image = vit::solarize(sample.image, threshold);
}

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
