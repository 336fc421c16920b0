#include "vit/image/input_spec.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "vit/core/error.h"
#include "vit/image/eval_transform.h"
#include "vit/image/level_planes.h"
#include "vit/image/luma.h"
#include "vit/image/sample_geometry.h"

namespace vit {
namespace {

void check_channels(const Image& image, const InputSpec& p) {
  if (image.channels == 3 && (p.in_chans == 3 || p.in_chans == 1)) return;
  throw Error(ErrorKind::usage, "model.in_chans",
              str("pictures have ", image.channels, " channels, and the model takes ", p.in_chans),
              "set model.in_chans: 3 (colour) or 1 (grey)");
}

/// The number of each grey level in one channel, by float32 steps: every bit as torchvision's
/// ToTensor and Normalize.
LevelTable level_table(const InputSpec& p, std::size_t channel) {
  const auto mean = static_cast<float>(p.mean[channel]), std = static_cast<float>(p.std[channel]);
  LevelTable table;
  for (std::size_t level = 0; level < table.size(); ++level)
    table[level] = (static_cast<float>(level) / 255.0F - mean) / std;
  return table;
}

Scaling scaling_of(const std::string& crop_mode) {
  if (crop_mode == "center") return Scaling::cover;
  if (crop_mode == "squash") return Scaling::squash;
  if (crop_mode == "border") return Scaling::contain;
  if (crop_mode == "crop") return Scaling::none;
  if (crop_mode == "whole") return Scaling::whole;
  throw Error(ErrorKind::usage, "data.crop_mode", "there is no crop_mode `" + crop_mode + "`",
              "use center, squash, border, crop or whole");
}

/// Rounded with halves to even, as Python's `round` in timm.
std::uint8_t grey_level(double value) {
  return static_cast<std::uint8_t>(std::llrint(std::clamp(value, 0.0, 255.0)));
}

EvalTransformOptions eval_options(const InputSpec& p) {
  EvalTransformOptions options{
      .img_size = p.img_size,
      .crop_pct = p.crop_pct,
      .interpolation = filter_from_name(p.interpolation, "data.interpolation"),
      .scaling = scaling_of(p.crop_mode),
      .fill = {},
      .floor_offset = p.crop_offset == "floor"};
  const bool by_mean = p.crop_fill.empty() && options.scaling == Scaling::contain;
  for (std::size_t c = 0; c < options.fill.size(); ++c) {
    if (!p.crop_fill.empty())
      options.fill[c] = grey_level(p.crop_fill[std::min(c, p.crop_fill.size() - 1)]);
    else if (by_mean)
      options.fill[c] = grey_level(255 * p.mean[std::min(c, p.mean.size() - 1)]);
  }
  return options;
}

}  // namespace

Image eval_transform(const Image& image, const InputSpec& p) {
  return eval_transform(image, eval_options(p));
}

void eval_transform(Sample& sample, const InputSpec& p) {
  const EvalTransformOptions options = eval_options(p);
  scaled_crop_sample(sample, eval_crop(sample.image, options), options.interpolation, options.fill);
}

void normalize(const Image& image, const InputSpec& p, float* out) {
  const auto [height, width] = p.img_size;
  if (image.height != height || image.width != width)
    throw Error(ErrorKind::usage, "model.img_size",
                str("expected a picture of ", height, "x", width, " pixels, got ", image.height,
                    "x", image.width));
  const auto plane = static_cast<std::size_t>(height * width);
  normalize(image, p, std::span(out, plane * static_cast<std::size_t>(p.in_chans)));
}

void normalize(const Image& image, const InputSpec& p, std::span<float> out) {
  check_channels(image, p);
  const auto plane = static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width);
  VIT_ASSERT(out.size() == plane * static_cast<std::size_t>(p.in_chans), out.size());
  const std::uint8_t* pixel = image.pixels.data();
  if (p.in_chans == 1) {
    const LevelTable table = level_table(p, 0);
    for (std::size_t i = 0; i < plane; ++i, pixel += 3) out[i] = table[luma(pixel)];
    return;
  }
  levels_to_planes(pixel, plane, {level_table(p, 0), level_table(p, 1), level_table(p, 2)},
                   out.data());
}

Image denormalize(const float* planes, const InputSpec& p) {
  Image image(static_cast<int>(p.img_size.width), static_cast<int>(p.img_size.height), 3);
  const auto plane = static_cast<std::size_t>(p.img_size.height * p.img_size.width);
  for (std::size_t i = 0; i < plane; ++i)
    for (std::size_t c = 0; c < 3; ++c) {
      const std::size_t from = p.in_chans == 1 ? 0 : c;
      const double value = (planes[from * plane + i] * p.std[from] + p.mean[from]) * 255.0;
      image.pixels[i * 3 + c] =
          static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
    }
  return image;
}

}  // namespace vit
