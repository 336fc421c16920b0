#pragma once

#include <array>
#include <string_view>

#include "vit/image/coverage.h"

/// The shapes of the `shapes` data set as polygons.
namespace vit {

/// The classes, by label. Chosen so that no two of them look alike at 14 pixels in any rotation.
inline constexpr std::array<std::string_view, 10> kShapeNames{
    "circle", "square", "triangle", "star",  "cross",
    "ring",   "heart",  "crescent", "arrow", "hourglass"};

/// The outline of a shape, within about one unit of the origin, upright.
[[nodiscard]] const Outlines& unit_shape(std::size_t kind);

/// The direction after this many turns, (cos, sin). Computed by a series of its own, as the values
/// of std::sin differ between C libraries, and with them the pictures would.
[[nodiscard]] Point direction(double turns);

/// The outlines turned, scaled and moved so that their bounding box has `extent` pixels along its
/// longer side and lies at the fraction `place` (0 to 1 along x and y) of the room that a square
/// picture of `size` pixels leaves it.
[[nodiscard]] Outlines place_shape(const Outlines& outlines, double turns, double extent,
                                   Point place, double size);

}  // namespace vit
