#pragma once

#include <cstdint>
#include <vector>

#include "vit/image/image.h"

namespace vit {

/// A point in pixels: (0, 0) is the upper left corner of the upper left pixel, y points down.
struct Point {
  double x = 0, y = 0;
};

/// Closed outlines; what an odd number of them surrounds is inside, so that an outline in another
/// one is a hole.
using Outlines = std::vector<std::vector<Point>>;

/// How much of each pixel a shape covers, 0 to 255, for a rectangle of pixels of a picture.
struct Coverage {
  int left = 0, top = 0;
  Image amount{0, 0, 1};

  /// The coverage of a pixel of the picture; 0 outside the rectangle.
  [[nodiscard]] std::uint8_t at(int x, int y) const {
    const int column = x - left, row = y - top;
    const bool known = column >= 0 && row >= 0 && column < amount.width && row < amount.height;
    return known ? *amount.pixel(column, row) : std::uint8_t{0};
  }
};

/// The coverage of a shape in a picture of this size: eight lines a pixel along y, exact along x.
/// Outlines are rounded to 1/256 pixel and everything after that is done in integers, so the result
/// is the same on every machine. Points may lie outside the picture.
[[nodiscard]] Coverage cover(const Outlines& outlines, int width, int height);

/// Blends one colour over a picture of 1 to 4 channels.
void paint(Image& image, const Coverage& coverage, const Colour& colour);

}  // namespace vit
