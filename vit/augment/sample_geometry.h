#pragma once

#include <optional>

#include "vit/image/affine.h"
#include "vit/image/geometry.h"
#include "vit/image/resize.h"
#include "vit/image/sample.h"

/// Geometry of whole samples: boxes and mask move along with the picture. A box that leaves the
/// picture is cut to it, and removed where nothing is left of it. Outside of the picture the mask
/// is 255 (ignored).
namespace vit {

void crop_sample(Sample& sample, int left, int top, int width, int height,
                 const PadOptions& outside = {});
/// Does to boxes and mask what crop_sample does, where the picture is cut already.
void crop_annotations(Sample& sample, int left, int top, int width, int height);
/// Scales the part in `box`, or all, to width x height; the mask by nearest neighbour.
void resize_sample(Sample& sample, int width, int height, Filter filter,
                   std::optional<SourceBox> box = std::nullopt);
void hflip_sample(Sample& sample);
void vflip_sample(Sample& sample);
/// Does to boxes and mask what `orient` does to a picture that lies in its file with width x height
/// pixels.
void orient_annotations(Sample& sample, int exif_orientation, int width, int height);
/// Resamples by Pillow's affine transform (see transform_affine); a box becomes the upright one
/// around its moved corners.
void transform_sample(Sample& sample, const AffineMatrix& matrix, Filter filter,
                      const Colour& fill);
/// Turns counter-clockwise about the middle.
void rotate_sample(Sample& sample, double degrees, Filter filter, const Colour& fill);

}  // namespace vit
