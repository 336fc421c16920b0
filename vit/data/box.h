#pragma once

#include <optional>
#include <string>

#include "vit/data/data_notes.h"
#include "vit/image/sample.h"

namespace vit {

/// The box, cut to an image of `width` x `height` pixels; nothing where none of it is left. As
/// reference readers do (DETR, torchvision), boxes without area or outside of their image are left
/// out, and those over its edge are cut; `notes` counts both, but not a cut of up to a pixel, which
/// is rounding. Throws Error (data) at `where` for a box that is not made of finite numbers.
[[nodiscard]] std::optional<Box> box_inside(const Box& box, float width, float height,
                                            const std::string& where, DataNotes& notes);

}  // namespace vit
