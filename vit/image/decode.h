#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "vit/image/image.h"

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
};

/// Decodes JPEG, PNG, BMP, WebP, PNM or TIFF (the first bytes decide) to 8-bit RGB, as Pillow's
/// `Image.open(...).convert("RGB")` does: grey is repeated, palettes are looked up, alpha is
/// dropped without compositing, CMYK is converted without a colour profile, of 16-bit samples the
/// high byte is kept (for grey, too, where Pillow clips instead).
///
/// Damage is an error and never a partly grey picture: JPEG decoders repair silently, so their
/// warnings count here. A file that ends early is always found, and every wrong bit of a PNG; JPEG,
/// BMP and PNM have no checksum, so wrong bits that still decode cannot be. Throws Error (data),
/// naming `where`.
[[nodiscard]] Image decode_image(std::span<const std::byte> bytes, const std::string& where,
                                 const DecodeOptions& options = {});

/// Reads and decodes a file. Throws Error (resource) where it cannot be read, and Error (data) as
/// `decode_image` does.
[[nodiscard]] Image load_image(const std::filesystem::path& path,
                               const DecodeOptions& options = {});

}  // namespace vit
