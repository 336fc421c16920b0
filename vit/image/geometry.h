#pragma once

#include "vit/image/image.h"

/// Moves pixels without computing new ones. All functions take pictures of any number of channels.
namespace vit {

/// What lies outside a picture.
enum class PadMode {
  constant,  ///< one colour
  edge,      ///< the nearest pixel of the border
  reflect,   ///< mirrored without repeating the border: c b | a b c | b a
  symmetric  ///< mirrored with the border repeated: b a | a b c | c b
};

struct PadOptions {
  PadMode mode = PadMode::constant;
  Colour fill{};
};

/// `width` x `height` pixels from (`left`, `top`). Where this reaches beyond the picture, the
/// pixels come from `outside`.
[[nodiscard]] Image crop(const Image& image, int left, int top, int width, int height,
                         const PadOptions& outside = {});

/// A border of the given numbers of pixels around the picture; negative numbers cut.
[[nodiscard]] Image pad(const Image& image, int left, int top, int right, int bottom,
                        const PadOptions& outside = {});

/// Where the middle `wanted` of `length` pixels begin, with torchvision's rounding; negative where
/// there are too few.
[[nodiscard]] int center_offset(int length, int wanted);

/// The middle of the picture, with torchvision's rounding (CenterCrop): halves go to the even
/// offset. A picture that is too small is padded with black, the odd pixel to the right and below.
[[nodiscard]] Image center_crop(const Image& image, int width, int height);

[[nodiscard]] Image hflip(const Image& image);
[[nodiscard]] Image vflip(const Image& image);
/// Exchanges rows and columns.
[[nodiscard]] Image transpose(const Image& image);

/// Turns a picture stored with this EXIF orientation (1 to 8) upright.
[[nodiscard]] Image orient(const Image& image, int exif_orientation);

}  // namespace vit
