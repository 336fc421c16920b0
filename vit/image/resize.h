#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vit/core/fields.h"
#include "vit/image/image.h"

namespace vit {

/// The reconstruction filters, by Pillow's names.
enum class Filter { nearest, box, bilinear, hamming, bicubic, lanczos };

/// The filter of this name ("bicubic", ...). Throws Error (usage) for others, naming `where`.
[[nodiscard]] Filter filter_from_name(std::string_view name, const std::string& where);
[[nodiscard]] std::string_view filter_name(Filter filter);

/// A part of a picture, in pixels from its upper left corner; edges may lie between pixels.
struct SourceBox {
  float left = 0, top = 0, right = 0, bottom = 0;
};

/// Scales a picture, or the part of it in `box`, to `width` x `height` pixels: every bit as
/// Pillow's `Image.resize(size, resample, box)` does for pictures without alpha.
///
/// Downscaling is antialiased: the filter is stretched by the scale, and weights are rounded to 22
/// bits. Pixels around `box` take part where the filter reaches them, so this differs from a crop
/// before the resize. Throws Error (usage) for an empty size or a box that is not inside the
/// picture.
[[nodiscard]] Image resize(const Image& image, int width, int height, Filter filter,
                           std::optional<SourceBox> box = std::nullopt);

/// Scales the shorter side to `size` and the longer one in proportion, rounded down: torchvision's
/// `Resize(size)`. A picture whose shorter side fits already is returned as it is.
[[nodiscard]] Image resize_shorter(const Image& image, int size, Filter filter);

/// Scales in proportion until both sides are at least those of `size`, rounding to nearest: timm's
/// `ResizeKeepRatio`, which it uses where the input is not square.
[[nodiscard]] Image resize_to_cover(const Image& image, Size2 size, Filter filter);

}  // namespace vit
