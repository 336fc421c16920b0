#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "vit/image/image.h"

namespace vit {

/// Decodes a netpbm picture (PBM, PGM, PPM, each as text or binary) to RGB; samples are scaled from
/// the file's maximum to 255; grey with a maximum above 255 is scaled to 65535 and clipped at 255,
/// as Pillow does. Throws Error (data).
[[nodiscard]] Image decode_pnm(std::span<const std::byte> bytes, const std::string& where);

}  // namespace vit
