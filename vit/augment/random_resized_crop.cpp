#include "vit/augment/random_resized_crop.h"

#include <cmath>

#include "vit/augment/sample_geometry.h"
#include "vit/core/error.h"

namespace vit {
namespace {

void check_interval(const std::vector<double>& interval, const char* key) {
  if (interval.size() != 2 || !(interval[0] > 0) || interval[0] > interval[1])
    throw Error(ErrorKind::usage, str("augment.train: random_resized_crop.", key),
                "expected [low, high] with 0 < low <= high",
                "write for example scale: [0.08, 1.0]");
}

}  // namespace

void RandomResizedCrop::adapt(const Preprocessing& input) {
  check_interval(scale, "scale");
  check_interval(ratio, "ratio");
  if (!size) size = input.img_size;
  if (!interpolation) interpolation = input.interpolation;
}

void RandomResizedCrop::describe(FieldVisitor& visitor) {
  visitor.field(
      {"size", &size, "pixels, one number or [height, width]; null: the model's", kAtLeastOne});
  visitor.field({"scale", &scale, "least and largest part of the picture's area", kPositive});
  visitor.field({"ratio", &ratio, "least and largest width by height", kPositive});
  visitor.field({"interpolation",
                 &interpolation,
                 "null: the model's",
                 {},
                 {"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"}});
}

void RandomResizedCrop::apply(Sample& sample, Rng& rng) const {
  constexpr int kAttempts = 10;  // torchvision's
  const double width = sample.image.width, height = sample.image.height;
  const double log_low = std::log(ratio[0]), log_high = std::log(ratio[1]);
  SourceBox box;
  const auto place = [&](double left, double top, double w, double h) {
    box = {static_cast<float>(left), static_cast<float>(top), static_cast<float>(left + w),
           static_cast<float>(top + h)};
  };
  bool found = false;
  for (int attempt = 0; attempt < kAttempts && !found; ++attempt) {
    const double area = width * height * rng.uniform(scale[0], scale[1]);
    const double aspect = std::exp(rng.uniform(log_low, log_high));
    const double w = std::nearbyint(std::sqrt(area * aspect)),
                 h = std::nearbyint(std::sqrt(area / aspect));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const auto top = static_cast<double>(rng.between(0, static_cast<std::int64_t>(height - h)));
    const auto left = static_cast<double>(rng.between(0, static_cast<std::int64_t>(width - w)));
    place(left, top, w, h);
    found = true;
  }
  if (!found) {  // the largest centred part whose aspect is allowed
    double w = width, h = height;
    if (width / height < ratio[0])
      h = std::nearbyint(width / ratio[0]);
    else if (width / height > ratio[1])
      w = std::nearbyint(height * ratio[1]);
    place(std::floor((width - w) / 2), std::floor((height - h) / 2), w, h);
  }
  // Crop first, as timm does: pixels outside the part must not reach into it.
  crop_sample(sample, static_cast<int>(box.left), static_cast<int>(box.top),
              static_cast<int>(box.right - box.left), static_cast<int>(box.bottom - box.top));
  resize_sample(
      sample, static_cast<int>(size->width), static_cast<int>(size->height),
      filter_from_name(*interpolation, "augment.train: random_resized_crop.interpolation"));
}

}  // namespace vit
