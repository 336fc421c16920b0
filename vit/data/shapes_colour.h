#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "vit/core/rng.h"
#include "vit/image/image.h"

/// Colours with names, for pictures that are described in words.
namespace vit {

struct NamedColour {
  std::string_view name;
  Colour rgb{};
};

/// All of them, as they are at their purest.
[[nodiscard]] std::span<const NamedColour> palette();

/// A colour that goes by its name, a little different each time.
[[nodiscard]] NamedColour draw_colour(Rng& rng);

/// The same, but easy to tell from all of `others`, whether lighter, darker or of another hue; of
/// the names that `allowed` says, at least one of the palette's.
[[nodiscard]] NamedColour draw_contrast(
    Rng& rng, const std::vector<Colour>& others,
    const std::function<bool(std::string_view name)>& allowed = [](std::string_view) {
      return true;
    });

/// Towards white (`amount` > 0) or black (< 0); -256 to 256.
[[nodiscard]] Colour shade(const Colour& colour, int amount);

}  // namespace vit
