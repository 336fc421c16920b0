#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "vit/data/data_notes.h"
#include "vit/image/coco_mask.h"

/// What the records of COCO's annotation files hold, for all that read them.
namespace vit {

/// `iscrowd`, a number or true; where nothing is said, or null, it is none. Throws Error (data) at
/// `where` for anything else.
[[nodiscard]] bool annotation_is_crowd(const nlohmann::json& record, const std::string& where);

/// The masks of `segmentation` on an image of this size: one for each polygon, or that of the run
/// lengths, compressed or not. Polygons that are no area (less than three corners, odd) are passed
/// over and noted. Throws Error (data) at `where` for all else, and for run lengths of another
/// size.
[[nodiscard]] std::vector<RunLengths> annotation_runs(const nlohmann::json& record, int height,
                                                      int width, const std::string& where,
                                                      DataNotes& notes);

}  // namespace vit
