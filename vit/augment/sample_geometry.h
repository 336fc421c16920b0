#pragma once

#include <optional>

#include "vit/image/geometry.h"
#include "vit/image/resize.h"
#include "vit/image/sample.h"

/// Geometry of whole samples: boxes and mask move along with the picture. A box that leaves the
/// picture is cut to it, and removed where nothing is left of it. Outside of the picture the mask
/// is 255 (ignored).
namespace vit {

void crop_sample(Sample& sample, int left, int top, int width, int height,
                 const PadOptions& outside = {});
/// Scales the part in `box`, or all, to width x height; the mask by nearest neighbour.
void resize_sample(Sample& sample, int width, int height, Filter filter,
                   std::optional<SourceBox> box = std::nullopt);
void hflip_sample(Sample& sample);
void vflip_sample(Sample& sample);

}  // namespace vit
