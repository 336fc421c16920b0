#include "vit/augment/random_scale_crop.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "vit/augment/pixel_range.h"
#include "vit/augment/step_options.h"
#include "vit/core/error.h"
#include "vit/image/sample_geometry.h"

namespace vit {
namespace {

/// Whether no class fills `most` of the mask's pixels that have a class; and there is one.
bool is_mixed(const Image& mask, double most) {
  std::array<std::int64_t, 256> counts{};
  for (const std::uint8_t value : mask.pixels) ++counts[value];
  counts[kIgnoredClass] = 0;
  const auto all = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
  const auto largest = *std::max_element(counts.begin(), counts.end());
  return all > 0 && static_cast<double>(largest) < most * static_cast<double>(all);
}

int scaled_side(int side, double factor) {
  return std::max(1, static_cast<int>(std::floor(side * factor + 0.5)));
}

}  // namespace

void RandomScaleCrop::adapt(const InputSpec& input) {
  if (scale.size() != 2 || !(scale[0] > 0) || scale[0] > scale[1])
    throw Error(ErrorKind::usage, "augment.train: random_scale_crop.scale",
                "expected [low, high] with 0 < low <= high", "write for example scale: [0.5, 2.0]");
  if (!size) size = input.img_size;
  colour_ = mean_colour(input);
  for (std::size_t c = 0; fill && !fill->empty() && c < colour_.size(); ++c)
    colour_[c] = static_cast<std::uint8_t>(std::llrint((*fill)[std::min(c, fill->size() - 1)]));
}

void RandomScaleCrop::describe(FieldVisitor& visitor) {
  visitor.field(
      {"size", &size, "pixels, one number or [height, width]; null: the model's", kSidePixels});
  visitor.field({"scale", &scale, "least and largest factor of the image's sides", {1e-3, 100}});
  visitor.field({"relative_to",
                 &relative_to,
                 "what the factor counts from: the image's own size, or the scale at which it just "
                 "fits into size (large scale jitter)",
                 {},
                 {"image", "size"}});
  visitor.field({"min_visible", &min_visible,
                 "boxes of whose area less than this share is left are removed", kProbability});
  visitor.field({"cat_max_ratio", &cat_max_ratio,
                 "crops of which one class fills this share are drawn again, ten times at most; 1: "
                 "none is",
                 kProbability});
  visitor.field(
      {"fill",
       &fill,
       "grey levels of what is added to the right and below, one or one for each channel; "
       "null: the model's mean",
       {0, 255}});
  visitor.field({"interpolation",
                 &interpolation,
                 "of the image; masks take the nearest",
                 {},
                 {"bilinear", "bicubic"}});
}

void RandomScaleCrop::apply(Sample& sample, Rng& rng) const {
  double factor = rng.uniform(scale[0], scale[1]);
  if (relative_to == "size")
    factor *= std::min(static_cast<double>(size->width) / sample.image.width,
                       static_cast<double>(size->height) / sample.image.height);
  ScaledCrop crop{scaled_side(sample.image.width, factor),
                  scaled_side(sample.image.height, factor),
                  {0, 0, static_cast<int>(size->width), static_cast<int>(size->height)}};
  const auto draw = [&] {
    crop.part.top = static_cast<int>(rng.between(0, std::max(crop.height - crop.part.height, 0)));
    crop.part.left = static_cast<int>(rng.between(0, std::max(crop.width - crop.part.width, 0)));
  };
  const auto is_fine = [&] {
    if (sample.mask.empty() || cat_max_ratio >= 1) return true;
    return is_mixed(scaled_crop(sample.mask, crop, Filter::nearest, Colour{kIgnoredClass}),
                    cat_max_ratio);
  };
  draw();
  constexpr int kRedraws = 10;
  for (int i = 0; i < kRedraws && !is_fine(); ++i) draw();
  if (min_visible > 0) {
    const float x = static_cast<float>(sample.image.width) / static_cast<float>(crop.width),
                y = static_cast<float>(sample.image.height) / static_cast<float>(crop.height);
    const auto [left, top, width, height] = crop.part;
    remove_hidden_boxes(
        sample,
        {static_cast<float>(left) * x, static_cast<float>(top) * y,
         static_cast<float>(left + width) * x, static_cast<float>(top + height) * y},
        min_visible);
  }
  scaled_crop_sample(sample, crop,
                     filter_from_name(interpolation, "augment.train: random_scale_crop"), colour_);
}

}  // namespace vit
