#include "vit/augment/random_resized_crop.h"

#include <algorithm>
#include <cmath>

#include "vit/augment/pixel_range.h"
#include "vit/core/error.h"
#include "vit/image/sample_geometry.h"

namespace vit {
namespace {

void check_interval(const std::vector<double>& interval, const char* key) {
  if (interval.size() != 2 || !(interval[0] > 0) || interval[0] > interval[1])
    throw Error(ErrorKind::usage, str("augment.train: random_resized_crop.", key),
                "expected [low, high] with 0 < low <= high",
                "write for example scale: [0.08, 1.0]");
}

}  // namespace

void RandomResizedCrop::adapt(const InputSpec& input) {
  check_interval(scale, "scale");
  check_interval(ratio, "ratio");
  if (!size) size = input.img_size;
  if (!interpolation) interpolation = input.interpolation;
}

void RandomResizedCrop::describe(FieldVisitor& visitor) {
  visitor.field(
      {"size", &size, "pixels, one number or [height, width]; null: the model's", kSidePixels});
  visitor.field({"scale", &scale, "least and largest part of the picture's area", kPositive});
  visitor.field({"ratio", &ratio, "least and largest width by height", kPositive});
  visitor.field({"interpolation",
                 &interpolation,
                 "null: the model's",
                 {},
                 {"nearest", "box", "bilinear", "hamming", "bicubic", "lanczos"}});
}

PixelBox RandomResizedCrop::choose(int full_width, int full_height, Rng& rng) const {
  constexpr int kAttempts = 10;  // torchvision's
  const double width = full_width, height = full_height;
  const double log_low = std::log(ratio[0]), log_high = std::log(ratio[1]);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const double area = width * height * rng.uniform(scale[0], scale[1]);
    const double aspect = std::exp(rng.uniform(log_low, log_high));
    const double w = std::nearbyint(std::sqrt(area * aspect)),
                 h = std::nearbyint(std::sqrt(area / aspect));
    if (w < 1 || h < 1 || w > width || h > height) continue;
    const auto top = rng.between(0, static_cast<std::int64_t>(height - h));
    const auto left = rng.between(0, static_cast<std::int64_t>(width - w));
    return {static_cast<int>(left), static_cast<int>(top), static_cast<int>(w),
            static_cast<int>(h)};
  }
  // The largest centred part whose aspect is allowed.
  int w = full_width, h = full_height;
  if (width / height < ratio[0])
    h = std::clamp(static_cast<int>(std::nearbyint(width / ratio[0])), 1, full_height);
  else if (width / height > ratio[1])
    w = std::clamp(static_cast<int>(std::nearbyint(height * ratio[1])), 1, full_width);
  return {(full_width - w) / 2, (full_height - h) / 2, w, h};
}

void RandomResizedCrop::finish(Sample& sample, const std::optional<SourceBox>& box) const {
  resize_sample(
      sample, static_cast<int>(size->width), static_cast<int>(size->height),
      filter_from_name(*interpolation, "augment.train: random_resized_crop.interpolation"), box);
}

}  // namespace vit
