#pragma once

#include "vit/core/fields.h"

namespace vit {

/// What a size or a border of an operation may be, in pixels: no image format here holds more than
/// 65,535 a side, and what is larger is a slip that would ask for all memory.
inline constexpr Range kSidePixels{1, 65535};
inline constexpr Range kBorderPixels{0, 65535};

}  // namespace vit
