#include "vit/image/eval_transform.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "vit/core/error.h"
#include "vit/image/geometry.h"

namespace vit {
namespace {

/// The size in proportion with both sides at most those of `size`, rounded to nearest and halves to
/// even: timm's `ResizeKeepRatio` with `longest=1`.
Size2 contained_size(const Image& image, Size2 size) {
  const double ratio =
      std::max(static_cast<double>(image.height) / static_cast<double>(size.height),
               static_cast<double>(image.width) / static_cast<double>(size.width));
  const auto side = [&](int length) {
    return std::max<std::int64_t>(1, std::llrint(static_cast<double>(length) / ratio));
  };
  return {side(image.height), side(image.width)};
}

/// The size of the whole image after scaling.
Size2 scaled_size(const Image& image, const EvalTransformOptions& options) {
  const auto scaled = [&](std::int64_t side) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(side) / options.crop_pct));
  };
  const Size2 size{scaled(options.img_size.height), scaled(options.img_size.width)};
  switch (options.scaling) {
    case Scaling::none: return {image.height, image.width};
    case Scaling::squash: return size;
    case Scaling::contain: return contained_size(image, size);
    case Scaling::cover: break;
  }
  return size.height == size.width ? shorter_size(image, static_cast<int>(size.width))
                                   : covering_size(image, size);
}

}  // namespace

Image eval_transform(const Image& image, const EvalTransformOptions& options) {
  const Size2 crop_size = options.img_size;
  const Size2 whole = scaled_size(image, options);
  constexpr std::int64_t kLongest = std::int64_t{1} << 30;
  if (std::max(whole.width, whole.height) > kLongest)
    throw Error(ErrorKind::data, "evaluation",
                str("a picture of ", image.width, "x", image.height, " pixels would become ",
                    whole.width, "x", whole.height),
                "Cut it to a less extreme shape, or take it out of the data set.");
  const int width = static_cast<int>(whole.width), height = static_cast<int>(whole.height);
  const int crop_width = static_cast<int>(crop_size.width),
            crop_height = static_cast<int>(crop_size.height);
  // With too few pixels, the odd one of a border is behind for torchvision and timm, and before for
  // transformers.
  const auto offset = [&](int length, int wanted) {
    if (!options.floor_offset) return center_offset(length, wanted);
    return length >= wanted ? (length - wanted) / 2 : -((wanted - length + 1) / 2);
  };
  const int left = offset(width, crop_width), top = offset(height, crop_height);
  if (options.scaling == Scaling::none)
    return crop(image, left, top, crop_width, crop_height,
                {.mode = PadMode::constant, .fill = options.fill});
  // A crop_pct above 1, or an image that is contained, leaves a border. Of a long one, only what
  // is seen is computed.
  const PixelBox seen{std::max(left, 0), std::max(top, 0), std::min(width, crop_width),
                      std::min(height, crop_height)};
  Image part = resize_part(image, width, height, options.interpolation, seen);
  if (left >= 0 && top >= 0) return part;
  return crop(part, std::min(left, 0), std::min(top, 0), crop_width, crop_height,
              {.mode = PadMode::constant, .fill = options.fill});
}

}  // namespace vit
