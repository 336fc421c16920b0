#pragma once

#include <string>

#include "vit/image/input_spec.h"

/// InputSpec as it lies in checkpoints and exported models.
namespace vit {

/// One JSON object: img_size, in_chans, mean, std, interpolation, crop_pct, crop_mode, crop_offset,
/// exif_orientation, and crop_fill where there is one.
[[nodiscard]] std::string input_spec_to_json(const InputSpec& preprocessing);
/// Throws Error (weights), naming `where`, for anything else.
[[nodiscard]] InputSpec input_spec_from_json(const std::string& text, const std::string& where);

}  // namespace vit
