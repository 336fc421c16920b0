#include "vit/data/box.h"

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"

namespace vit {

Box box_inside(const Box& box, float width, float height, const std::string& where) {
  const std::string text =
      str("the box (", box.x0, ", ", box.y0, ")-(", box.x1, ", ", box.y1, ") ");
  if (!std::isfinite(box.x0) || !std::isfinite(box.y0) || !std::isfinite(box.x1) ||
      !std::isfinite(box.y1))
    throw Error(ErrorKind::data, where, text + "is not made of numbers", "correct the annotation");
  constexpr float kTolerance = 1;
  if (box.x0 < -kTolerance || box.y0 < -kTolerance || box.x1 > width + kTolerance ||
      box.y1 > height + kTolerance)
    throw Error(ErrorKind::data, where,
                text + str("leaves its picture of ", width, "x", height, " pixels"),
                "correct or remove the annotation");
  Box inside = box;
  inside.x0 = std::clamp(box.x0, 0.0F, width);
  inside.y0 = std::clamp(box.y0, 0.0F, height);
  inside.x1 = std::clamp(box.x1, 0.0F, width);
  inside.y1 = std::clamp(box.y1, 0.0F, height);
  if (!(inside.x0 < inside.x1 && inside.y0 < inside.y1))
    throw Error(ErrorKind::data, where, text + "is empty", "correct or remove the annotation");
  return inside;
}

}  // namespace vit
