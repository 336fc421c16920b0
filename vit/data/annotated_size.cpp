#include "vit/data/annotated_size.h"

#include "vit/image/header.h"

namespace vit {

std::optional<int> orientation_to_stored(std::span<const std::byte> encoded,
                                         const std::string& source, std::int64_t width,
                                         std::int64_t height) {
  const ImageHeader header = read_image_header(encoded, source);
  if (header.width == width && header.height == height) return 1;
  const int orientation = exif_orientation(encoded, header.format);
  const bool exchanges_sides = orientation >= 5;
  if (!exchanges_sides || header.width != height || header.height != width) return {};
  // A quarter turn is undone by the other one; the transposes undo themselves.
  constexpr int kClockwise = 6, kCounterClockwise = 8;
  if (orientation == kClockwise) return kCounterClockwise;
  return orientation == kCounterClockwise ? kClockwise : orientation;
}

}  // namespace vit
