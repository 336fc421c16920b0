#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "vit/image/image.h"

namespace vit {

/// A picture with 1, 3 (RGB) or 4 (RGBA) channels as a PNG file, without loss. `compression` is
/// zlib's level, 0 (fast) to 9 (small).
[[nodiscard]] std::vector<std::byte> encode_png(const Image& image, int compression = 3);

/// A picture with 1 or 3 channels as a JPEG file; `quality` 1 to 100.
[[nodiscard]] std::vector<std::byte> encode_jpeg(const Image& image, int quality = 90);

/// Writes a PNG file; it is there whole or not at all. Throws Error (resource).
void write_png(const Image& image, const std::filesystem::path& path);

}  // namespace vit
