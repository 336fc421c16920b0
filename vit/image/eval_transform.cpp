#include "vit/image/eval_transform.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "vit/core/error.h"
#include "vit/image/geometry.h"

namespace vit {

Image eval_transform(const Image& image, const EvalTransformOptions& options) {
  const auto scaled = [&](std::int64_t side) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(side) / options.crop_pct));
  };
  const Size2 size{scaled(options.img_size.height), scaled(options.img_size.width)};
  const Size2 crop = options.img_size;
  const Size2 whole = options.squash ? size
                      : size.height == size.width
                          ? shorter_size(image, static_cast<int>(size.width))
                          : covering_size(image, size);
  constexpr std::int64_t kLongest = std::int64_t{1} << 30;
  if (std::max(whole.width, whole.height) > kLongest)
    throw Error(ErrorKind::data, "evaluation",
                str("a picture of ", image.width, "x", image.height, " pixels would become ",
                    whole.width, "x", whole.height),
                "Cut it to a less extreme shape, or take it out of the data set.");
  const int width = static_cast<int>(whole.width), height = static_cast<int>(whole.height);
  const int crop_width = static_cast<int>(crop.width), crop_height = static_cast<int>(crop.height);
  if (width < crop_width || height < crop_height)  // crop_pct above 1: a black border
    return center_crop(resize(image, width, height, options.interpolation), crop_width,
                       crop_height);
  // What the crop leaves out is never computed: of a long picture, that is nearly all.
  return resize_part(image, width, height, options.interpolation,
                     {center_offset(width, crop_width), center_offset(height, crop_height),
                      crop_width, crop_height});
}

}  // namespace vit
