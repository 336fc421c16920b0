#include "vit/image/scaled_crop.h"

#include <algorithm>

#include "vit/image/geometry.h"

namespace vit {

Image scaled_crop(const Image& image, const ScaledCrop& wanted, Filter filter, const Colour& fill) {
  const auto& [left, top, width, height] = wanted.part;
  const PadOptions outside{.mode = PadMode::constant, .fill = fill};
  if (wanted.width == image.width && wanted.height == image.height)
    return crop(image, left, top, width, height, outside);
  PixelBox inside{std::max(left, 0), std::max(top, 0)};
  inside.width = std::min(left + width, wanted.width) - inside.left;
  inside.height = std::min(top + height, wanted.height) - inside.top;
  Image part = resize_part(image, wanted.width, wanted.height, filter, inside);
  if (inside == wanted.part) return part;
  return crop(part, left - inside.left, top - inside.top, width, height, outside);
}

}  // namespace vit
