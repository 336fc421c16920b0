#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "vit/image/image.h"

namespace vit {

/// An object in a picture: its class and its box in pixels, edges included on the left and top
/// only.
struct Box {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  std::int64_t label = 0;
  bool difficult = false;  ///< so hard to recognise that VOC's evaluation does not count it
};

/// One element of a data set. What a data set does not know stays empty; a task says what it needs.
struct Sample {
  Image image;
  /// Where `image` is empty: the bytes of its file, so that only what is needed is decoded.
  std::vector<std::byte> encoded;
  std::int64_t label = -1;  ///< class of the picture; -1: none
  std::vector<Box> boxes;   ///< objects
  Image mask;               ///< one channel, class of each pixel; 255: ignored
  std::string caption;
  std::string source;  ///< the file it came from, or a name such as `shapes/train/17`
};

}  // namespace vit
