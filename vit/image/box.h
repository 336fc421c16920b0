#pragma once

#include <cstdint>
#include <memory>

namespace vit {

struct Image;

/// An object in an image: its class and its box in pixels, edges included on the left and top
/// only.
struct Box {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  std::int64_t label = 0;
  bool difficult = false;  ///< so hard to recognise that VOC's evaluation does not count it
  bool crowd = false;      ///< around many objects, which COCO's evaluation does not ask for
  double area = 0;         ///< of the object itself, in pixels, where COCO says it; 0: the box's
  /// Its pixels: one channel as large as the image, 1 inside and 0 outside; null: not known.
  std::shared_ptr<const Image> mask{};
};

}  // namespace vit
