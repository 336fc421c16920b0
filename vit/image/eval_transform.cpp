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
  Size2 size{scaled(options.img_size.height), scaled(options.img_size.width)};
  switch (options.scaling) {
    case Scaling::none: return {image.height, image.width};
    case Scaling::squash: return size;
    case Scaling::contain: return contained_size(image, size);
    case Scaling::whole: size = options.img_size; break;
    case Scaling::cover: break;
  }
  return size.height == size.width ? shorter_size(image, static_cast<int>(size.width))
                                   : covering_size(image, size);
}

}  // namespace

ScaledCrop eval_crop(const Image& image, const EvalTransformOptions& options) {
  const Size2 whole = scaled_size(image, options);
  constexpr std::int64_t kLongest = std::int64_t{1} << 30;
  if (std::max(whole.width, whole.height) > kLongest)
    throw Error(ErrorKind::data, "evaluation",
                str("a picture of ", image.width, "x", image.height, " pixels would become ",
                    whole.width, "x", whole.height),
                "Cut it to a less extreme shape, or take it out of the data set.");
  ScaledCrop result{static_cast<int>(whole.width), static_cast<int>(whole.height), {}};
  if (options.scaling == Scaling::whole) {
    result.part = {0, 0, result.width, result.height};
    return result;
  }
  // With too few pixels, the odd one of a border is behind for torchvision and timm, and before for
  // transformers.
  const auto offset = [&](int length, int wanted) {
    if (!options.floor_offset) return center_offset(length, wanted);
    return length >= wanted ? (length - wanted) / 2 : -((wanted - length + 1) / 2);
  };
  const int width = static_cast<int>(options.img_size.width),
            height = static_cast<int>(options.img_size.height);
  result.part = {offset(result.width, width), offset(result.height, height), width, height};
  return result;
}

Image eval_transform(const Image& image, const EvalTransformOptions& options) {
  return scaled_crop(image, eval_crop(image, options), options.interpolation, options.fill);
}

}  // namespace vit
