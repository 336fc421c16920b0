#include "vit/augment/random_crop.h"

#include <algorithm>

#include "vit/augment/pixel_range.h"
#include "vit/image/sample_geometry.h"

namespace vit {
namespace {

PadMode pad_mode(const std::string& name) {
  if (name == "edge") return PadMode::edge;
  if (name == "reflect") return PadMode::reflect;
  if (name == "symmetric") return PadMode::symmetric;
  return PadMode::constant;
}

}  // namespace

void RandomCrop::adapt(const InputSpec& input) {
  if (!size) size = input.img_size;
}

void RandomCrop::describe(FieldVisitor& visitor) {
  visitor.field(
      {"size", &size, "pixels, one number or [height, width]; null: the model's", kSidePixels});
  visitor.field({"padding", &padding, "pixels added on every side first", kBorderPixels});
  visitor.field({"padding_mode",
                 &padding_mode,
                 "what is added",
                 {},
                 {"constant", "edge", "reflect", "symmetric"}});
  visitor.field({"fill", &fill, "colour of constant padding: one value, or R, G, B", {0, 255}});
}

void RandomCrop::apply(Sample& sample, Rng& rng) const {
  const int height = static_cast<int>(size->height), width = static_cast<int>(size->width);
  const int added = static_cast<int>(padding);
  PadOptions outside{pad_mode(padding_mode), {}};
  for (std::size_t c = 0; c < outside.fill.size() && !fill.empty(); ++c)
    outside.fill[c] = static_cast<std::uint8_t>(fill[std::min(c, fill.size() - 1)]);
  // How far the crop can move within the padded picture; where that is smaller, it is centred.
  const auto offset = [&](int length, int wanted) {
    const int room = length + 2 * added - wanted;
    const auto drawn = static_cast<int>(rng.between(0, std::max(room, 0)));
    return room >= 0 ? drawn - added : (length - wanted) / 2;
  };
  const int top = offset(sample.image.height, height);
  const int left = offset(sample.image.width, width);
  crop_sample(sample, left, top, width, height, outside);
}

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
