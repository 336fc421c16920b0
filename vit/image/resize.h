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

/// All of an image of this size.
[[nodiscard]] constexpr SourceBox whole_box(int width, int height) {
  return {0, 0, static_cast<float>(width), static_cast<float>(height)};
}

/// Scales a picture, or the part of it in `box`, to `width` x `height` pixels: every bit as
/// Pillow's `Image.resize(size, resample, box)` does for pictures without alpha.
///
/// Downscaling is antialiased: the filter is stretched by the scale, and weights are rounded to 22
/// bits. Pixels around `box` take part where the filter reaches them, so this differs from a crop
/// before the resize. Throws Error (usage) for an empty size or a box that is not inside the
/// picture.
[[nodiscard]] Image resize(const Image& image, int width, int height, Filter filter,
                           std::optional<SourceBox> box = std::nullopt);

/// The pixels in `part` of what `resize` gives, without computing the others.
[[nodiscard]] Image resize_part(const Image& image, int width, int height, Filter filter,
                                const PixelBox& part, std::optional<SourceBox> box = std::nullopt);

/// The size whose shorter side is `size` and whose longer one is in proportion, rounded down:
/// torchvision's `Resize(size)`.
[[nodiscard]] Size2 shorter_size(const Image& image, int size);

/// The size in proportion with both sides at least those of `size`, rounded to nearest: timm's
/// `ResizeKeepRatio`, which it uses where the input is not square.
[[nodiscard]] Size2 covering_size(const Image& image, Size2 size);

}  // namespace vit
