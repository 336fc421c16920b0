#include "vit/data/box.h"

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"

namespace vit {

std::optional<Box> box_inside(const Box& box, float width, float height, const std::string& where,
                              DataNotes& notes) {
  if (!std::isfinite(box.x0) || !std::isfinite(box.y0) || !std::isfinite(box.x1) ||
      !std::isfinite(box.y1))
    throw Error(ErrorKind::data, where,
                str("the box (", box.x0, ", ", box.y0, ")-(", box.x1, ", ", box.y1,
                    ") is not made of numbers"),
                "correct the annotation");
  if (!(box.x0 < box.x1 && box.y0 < box.y1)) {
    notes.add("boxes without area are left out", where);
    return {};
  }
  Box inside = box;
  inside.x0 = std::clamp(box.x0, 0.0F, width);
  inside.y0 = std::clamp(box.y0, 0.0F, height);
  inside.x1 = std::clamp(box.x1, 0.0F, width);
  inside.y1 = std::clamp(box.y1, 0.0F, height);
  if (!(inside.x0 < inside.x1 && inside.y0 < inside.y1)) {
    notes.add("boxes outside of their image are left out", where);
    return {};
  }
  constexpr float kRounding = 1;
  if (box.x0 < -kRounding || box.y0 < -kRounding || box.x1 > width + kRounding ||
      box.y1 > height + kRounding)
    notes.add("boxes over the edge of their image are cut", where);
  return inside;
}

}  // namespace vit
