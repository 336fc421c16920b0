#pragma once

#include <string>
#include <vector>

#include "vit/core/rng.h"
#include "vit/image/image.h"

namespace vit {

/// A textured picture, and what is needed to put something visible on it.
struct Background {
  Image image;
  std::vector<Colour> colours;  ///< the two that it mixes
  std::string words;            ///< "striped blue"
};

/// Draws a square background of `size` pixels: stripes, checks, dots, a gradient, grain, or clouds
/// of two colours, with random colours, scale, angle and offset.
[[nodiscard]] Background draw_background(Rng& rng, int size);

}  // namespace vit
