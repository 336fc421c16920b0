#pragma once

#include <filesystem>
#include <string>

#include "vit/image/image.h"

namespace vit {

/// Decodes a picture and does one operation with explicit values to it, without randomness:
///
///     {op: ShearX, arg: 0.3, resample: bilinear, fill: [124, 116, 104]}    any of named_ops()
///     {op: Resize, filter: lanczos, size: [WIDTH, HEIGHT], box: null}      box: [left, top, right,
///                                                                          bottom]
///     {op: ResizedCrop, filter: bicubic, size: [W, H], box: [...]}         cuts the box out first
///     {op: Crop, box: [...]}
///     {op: Eval, filter: bicubic, size: [W, H], crop_pct: 0.9}             timm's eval transform
///     {op: Decode}
///
/// Each takes `exif_orientation: true`. Throws Error (usage) for what it does not understand.
[[nodiscard]] Image apply_described_op(const std::string& description,
                                       const std::filesystem::path& picture);

}  // namespace vit
