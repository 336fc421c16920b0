#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "vit/image/image.h"

namespace vit {

/// A segmentation mask as one channel. Of a PNG with a palette these are the indices, of a grey one
/// the levels as they are stored (1 to 16 bits, 255 at most); other files and colour types must be
/// grey, that is, have equal channels. Throws Error (data) where a mask cannot be told from the
/// file.
[[nodiscard]] Image decode_mask(std::span<const std::byte> bytes, const std::string& where);

}  // namespace vit
