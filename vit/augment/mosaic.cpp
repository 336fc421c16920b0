#include "vit/augment/mosaic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "vit/augment/pixel_range.h"
#include "vit/augment/step_options.h"
#include "vit/core/error.h"
#include "vit/image/sample_geometry.h"

namespace vit {
namespace {

constexpr std::size_t kParts = 4;

Image plain_image(int width, int height, int channels, const Colour& colour) {
  Image image(width, height, channels);
  const auto step = static_cast<std::size_t>(channels);
  for (std::size_t i = 0; i < image.pixels.size(); ++i) image.pixels[i] = colour[i % step];
  return image;
}

/// Puts all of `part` at (left, top) of `image`.
void lay(Image& image, const Image& part, int left, int top) {
  const auto row = static_cast<std::ptrdiff_t>(part.width) * part.channels;
  for (int y = 0; y < part.height; ++y)
    std::copy_n(part.pixel(0, y), row, image.pixel(left, top + y));
}

}  // namespace

void Mosaic::adapt(const InputSpec& input) {
  if (!size) size = input.img_size;
  colour_ = mean_colour(input);
  for (std::size_t c = 0; fill && !fill->empty() && c < colour_.size(); ++c)
    colour_[c] = static_cast<std::uint8_t>(std::llrint((*fill)[std::min(c, fill->size() - 1)]));
}

void Mosaic::describe(FieldVisitor& visitor) {
  visitor.field({"p", &p, "probability of joining four images", kProbability});
  visitor.field({"size", &size,
                 "half the sides of the result in pixels, one number or [height, width]; null: the "
                 "model's",
                 kSidePixels});
  visitor.field(
      {"fill",
       &fill,
       "grey levels of what no image covers, one or one for each channel; null: the model's mean",
       {0, 255}});
}

std::vector<std::int64_t> Mosaic::companions(std::int64_t samples, Rng& rng) const {
  if (!rng.chance(p)) return {};
  std::vector<std::int64_t> others(kParts - 1);
  for (std::int64_t& other : others)
    other = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(samples)));
  return others;
}

void Mosaic::apply(Sample& sample, Rng& rng) const {
  if (sample.companions.empty()) return;
  VIT_ASSERT(sample.companions.size() == kParts - 1, sample.companions.size());
  const int width = 2 * static_cast<int>(size->width), height = 2 * static_cast<int>(size->height);
  const int x = static_cast<int>(rng.between(width / 4, width - width / 4)),
            y = static_cast<int>(rng.between(height / 4, height - height / 4));
  std::vector<Sample> others = std::exchange(sample.companions, {});
  const std::array<Sample*, kParts> parts{&sample, &others[0], &others[1], &others[2]};
  Image image = plain_image(width, height, sample.image.channels, colour_), mask;
  if (!sample.mask.empty()) mask = plain_image(width, height, 1, Colour{kIgnoredClass});
  std::vector<Box> boxes;
  for (std::size_t i = 0; i < kParts; ++i) {
    Sample& part = *parts[i];
    const double factor = std::min(static_cast<double>(size->width) / part.image.width,
                                   static_cast<double>(size->height) / part.image.height);
    const auto scaled = [&](int side) {
      return std::max(1, static_cast<int>(std::lround(side * factor)));
    };
    ScaledCrop crop{scaled(part.image.width), scaled(part.image.height), {}};
    const int left = i % 2 == 0 ? x - crop.width : x, top = i < 2 ? y - crop.height : y;
    const int shown_left = std::max(left, 0), shown_top = std::max(top, 0);
    crop.part = {shown_left - left, shown_top - top,
                 std::min(left + crop.width, width) - shown_left,
                 std::min(top + crop.height, height) - shown_top};
    scaled_crop_sample(part, crop, Filter::bilinear, colour_);
    lay(image, part.image, shown_left, shown_top);
    if (const Image own = std::exchange(part.mask, {}); !mask.empty() && !own.empty())
      lay(mask, own, shown_left, shown_top);
    crop_annotations(part, -shown_left, -shown_top, width, height);
    boxes.insert(boxes.end(), part.boxes.begin(), part.boxes.end());
  }
  sample.image = std::move(image);
  sample.mask = std::move(mask);
  sample.boxes = std::move(boxes);
}

}  // namespace vit
