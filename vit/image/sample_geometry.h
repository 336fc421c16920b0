#pragma once

#include <optional>

#include "vit/image/affine.h"
#include "vit/image/geometry.h"
#include "vit/image/resize.h"
#include "vit/image/sample.h"
#include "vit/image/scaled_crop.h"

/// Geometry of whole samples: boxes and masks move along with the image, and the placement records
/// the step. A box that leaves the image is cut to it, and removed where nothing is left of it.
/// Outside of the image the mask is kIgnoredClass, and no object's mask is there. All masks are
/// scaled by nearest neighbour.
namespace vit {

/// Says that the image, which is decoded, is the one of its file; unless the placement knows the
/// file's image already.
void start_placement(Sample& sample);

void crop_sample(Sample& sample, int left, int top, int width, int height,
                 const PadOptions& outside = {});
/// Does to all but the image what crop_sample does, where the image is cut already.
void crop_annotations(Sample& sample, int left, int top, int width, int height);
/// Scales the part in `box`, or all, to width x height; the mask by nearest neighbour.
void resize_sample(Sample& sample, int width, int height, Filter filter,
                   std::optional<SourceBox> box = std::nullopt);
/// Removes boxes of whose area less than `share` lies inside `part` of the image: what a crop would
/// hide too much of.
void remove_hidden_boxes(Sample& sample, const SourceBox& part, double share);
void hflip_sample(Sample& sample);
void vflip_sample(Sample& sample);
/// Does to all but the image what `orient` does to an image that lies in its file with width x
/// height pixels.
void orient_annotations(Sample& sample, int exif_orientation, int width, int height);
/// Resamples by Pillow's affine transform (see transform_affine); a box becomes the upright one
/// around its moved corners.
void transform_sample(Sample& sample, const AffineMatrix& matrix, Filter filter,
                      const Colour& fill);
/// Turns counter-clockwise about the middle.
void rotate_sample(Sample& sample, double degrees, Filter filter, const Colour& fill);
/// Turns counter-clockwise by quarters, of which there are 0 to 3; no pixel is lost or computed.
void rot90_sample(Sample& sample, int quarters);
/// Does what `scaled_crop` does to an image; the mask is scaled by nearest neighbour.
void scaled_crop_sample(Sample& sample, const ScaledCrop& crop, Filter filter, const Colour& fill);

}  // namespace vit
