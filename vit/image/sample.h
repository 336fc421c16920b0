#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vit/image/box.h"
#include "vit/image/image.h"
#include "vit/image/placement.h"

namespace vit {

/// The value of a mask's pixel that belongs to no class, and does not count.
inline constexpr std::uint8_t kIgnoredClass = 255;

/// One element of a data set. What a data set does not know stays empty; a task says what it needs.
struct Sample {
  Image image;
  /// Where `image` is empty: the bytes of its file, so that only what is needed is decoded.
  std::vector<std::byte> encoded;
  std::int64_t label = -1;  ///< class of the picture; -1: none
  std::vector<Box> boxes;   ///< objects
  Image mask;               ///< one channel, class of each pixel; kIgnoredClass: none
  std::string caption;
  std::string source;  ///< the file it came from, or a name such as `shapes/train/17`
  /// Where the image lies in its file; what moves the image's pixels records it here.
  Placement placement;
  /// Other samples of the data set, for an operation that joins them to this one (mosaic).
  std::vector<Sample> companions;
};

}  // namespace vit
