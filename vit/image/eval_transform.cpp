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

EvalSteps eval_steps(const Image& image, const EvalTransformOptions& options) {
  const Size2 whole = scaled_size(image, options);
  constexpr std::int64_t kLongest = std::int64_t{1} << 30;
  if (std::max(whole.width, whole.height) > kLongest)
    throw Error(ErrorKind::data, "evaluation",
                str("a picture of ", image.width, "x", image.height, " pixels would become ",
                    whole.width, "x", whole.height),
                "Cut it to a less extreme shape, or take it out of the data set.");
  EvalSteps steps{static_cast<int>(whole.width), static_cast<int>(whole.height), {}};
  if (options.scaling == Scaling::whole) {
    steps.seen = {0, 0, steps.width, steps.height};
    return steps;
  }
  // With too few pixels, the odd one of a border is behind for torchvision and timm, and before for
  // transformers.
  const auto offset = [&](int length, int wanted) {
    if (!options.floor_offset) return center_offset(length, wanted);
    return length >= wanted ? (length - wanted) / 2 : -((wanted - length + 1) / 2);
  };
  const int width = static_cast<int>(options.img_size.width),
            height = static_cast<int>(options.img_size.height);
  steps.seen = {offset(steps.width, width), offset(steps.height, height), width, height};
  return steps;
}

Image take_steps(const Image& image, const EvalSteps& steps, Filter filter, const Colour& fill) {
  const auto& [left, top, width, height] = steps.seen;
  const PadOptions outside{.mode = PadMode::constant, .fill = fill};
  if (steps.width == image.width && steps.height == image.height)
    return crop(image, left, top, width, height, outside);
  // A crop_pct above 1, or an image that is contained, leaves a border. Of a long one, only what
  // is seen is computed.
  const PixelBox inside{std::max(left, 0), std::max(top, 0), std::min(steps.width, width),
                        std::min(steps.height, height)};
  Image part = resize_part(image, steps.width, steps.height, filter, inside);
  if (left >= 0 && top >= 0) return part;
  return crop(part, std::min(left, 0), std::min(top, 0), width, height, outside);
}

Image eval_transform(const Image& image, const EvalTransformOptions& options) {
  return take_steps(image, eval_steps(image, options), options.interpolation, options.fill);
}

}  // namespace vit
