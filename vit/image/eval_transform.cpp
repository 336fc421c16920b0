#include "vit/image/eval_transform.h"

#include <cmath>
#include <cstdint>

#include "vit/image/geometry.h"

namespace vit {

Image eval_transform(const Image& image, const EvalTransformOptions& options) {
  const auto scaled = [&](std::int64_t side) {
    return static_cast<std::int64_t>(std::floor(static_cast<double>(side) / options.crop_pct));
  };
  const Size2 size{scaled(options.img_size.height), scaled(options.img_size.width)};
  const auto resize_all = [&] {
    if (options.squash)
      return resize(image, static_cast<int>(size.width), static_cast<int>(size.height),
                    options.interpolation);
    return size.height == size.width
               ? resize_shorter(image, static_cast<int>(size.height), options.interpolation)
               : resize_to_cover(image, size, options.interpolation);
  };
  return center_crop(resize_all(), static_cast<int>(options.img_size.width),
                     static_cast<int>(options.img_size.height));
}

}  // namespace vit
