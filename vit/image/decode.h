#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "vit/image/image.h"
#include "vit/image/resize.h"

namespace vit {

struct DecodeOptions {
  /// Pictures with more pixels are refused before any memory is taken for them. The default is the
  /// number at which Pillow gives up.
  std::int64_t max_pixels = 178'956'970;
  /// Turns the picture upright as its EXIF block says. Off by default: the pipelines that
  /// pretrained weights were trained and measured with ignore it.
  bool apply_exif_orientation = false;
  /// Decodes a JPEG at 1/1, 1/2, 1/4 or 1/8 of its size (rounded up), inside the inverse DCT and so
  /// much faster. The other formats are decoded in full.
  int jpeg_reduction = 1;
  /// Decodes JPEG by libjpeg's faster ways: chroma is repeated, not interpolated, and the inverse
  /// DCT is less exact. On photographs most samples stay within 4 levels, and edges of colour may
  /// be off by tens.
  bool jpeg_fast = false;
};

/// Decodes JPEG, PNG, BMP, WebP, PNM or TIFF (the first bytes decide) to 8-bit RGB, as Pillow's
/// `Image.open(...).convert("RGB")` does: grey is repeated, palettes are looked up, alpha is
/// dropped without compositing (in a TIFF that has it multiplied into the colours, divided out),
/// CMYK is converted without a colour profile, of 16-bit colours the high byte is kept, and 16-bit
/// grey is clipped at 255 (scale such pictures to 8 bits beforehand). A sound file of a kind that
/// Pillow reads otherwise or not at all is refused by the name of that kind, as "not supported".
///
/// Damage is an error and never a partly grey picture: JPEG decoders repair silently, so their
/// warnings count here. A file that ends early is always found, and every wrong bit of a PNG; JPEG,
/// BMP and PNM have no checksum, so wrong bits that still decode cannot be. Throws Error (data),
/// naming `where`.
[[nodiscard]] Image decode_image(std::span<const std::byte> bytes, const std::string& where,
                                 const DecodeOptions& options = {});

/// A part of a picture, decoded: `image` shows at least what was asked for, which is `box` in it.
struct DecodedRegion {
  Image image;
  SourceBox box;
};

/// Decodes the pixels in `region` (of the picture as stored, and inside it) and as little else as
/// the format allows: of a JPEG the rows and columns around it are not computed. With
/// jpeg_reduction 1, `image` is every bit a crop of what decode_image gives; otherwise `box` may
/// have edges between pixels. Orientation is not applied.
///
/// Of a JPEG, damage below the region is not noticed, except that the file ends early. Throws
/// Error (data).
[[nodiscard]] DecodedRegion decode_region(std::span<const std::byte> bytes,
                                          const std::string& where, const PixelBox& region,
                                          const DecodeOptions& options = {});

/// Reads and decodes a file. Throws Error (resource) where it cannot be read, and Error (data) as
/// `decode_image` does.
[[nodiscard]] Image load_image(const std::filesystem::path& path,
                               const DecodeOptions& options = {});

}  // namespace vit
