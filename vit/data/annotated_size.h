#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace vit {

/// How annotations that were made on an image of `width` x `height` pixels are turned (as
/// orient_annotations does) to lie on the image as it is stored in `encoded`: by 1, not at all,
/// where the sizes agree, and by the inverse of its EXIF orientation where they were made on the
/// upright image. Nothing where neither size fits. Of square images that EXIF turns, the stored
/// image is meant. Throws Error (data) at `source` where the image's header cannot be read.
[[nodiscard]] std::optional<int> orientation_to_stored(std::span<const std::byte> encoded,
                                                       const std::string& source,
                                                       std::int64_t width, std::int64_t height);

}  // namespace vit
