#pragma once

#include <cstddef>

#include "vit/image/byte_view.h"

namespace vit {

/// Whether the bytes that a JPEG decoder left over before the marker at `end` (an offset in the
/// file) are padding behind a sound scan. A decoder that lost its place, as something was put into
/// the compressed data, leaves over some of the data itself, and nothing else tells: so the scan is
/// read once more, and looked at where and how it ends. True only where that is beyond doubt; of
/// progressive and arithmetic coding, and of several scans, only for bytes that are all the same.
/// `left` is the least number of such bytes.
[[nodiscard]] bool is_padding(const ByteView& jpeg, std::size_t end, std::size_t left);

}  // namespace vit
