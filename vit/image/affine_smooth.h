#pragma once

#include "vit/image/affine.h"

namespace vit {

// The pixels of `to` that come from inside of `image`, by Pillow's filters of transforms; the
// others stay as they are. Both pictures have the same channels, up to four.

/// Two by two pixels.
void transform_bilinear(const Image& image, const AffineMatrix& matrix, Image& to);
/// Four by four pixels (Keys 1981 with a = -1).
void transform_bicubic(const Image& image, const AffineMatrix& matrix, Image& to);

/// The same compiled for any processor: what tests compare with.
void transform_bilinear_portable(const Image& image, const AffineMatrix& matrix, Image& to);
void transform_bicubic_portable(const Image& image, const AffineMatrix& matrix, Image& to);

}  // namespace vit
