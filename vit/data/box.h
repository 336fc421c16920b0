#pragma once

#include <string>

#include "vit/image/sample.h"

namespace vit {

/// The box, cut to a picture of `width` x `height` pixels. Throws Error (data) at `where` for one
/// that is empty, not finite, or outside by more than a pixel, which rounding explains no more.
[[nodiscard]] Box box_inside(const Box& box, float width, float height, const std::string& where);

}  // namespace vit
