#include "vit/augment/step_options.h"

#include <algorithm>
#include <cmath>

namespace vit {

Colour mean_colour(const InputSpec& input) {
  Colour colour{};
  for (std::size_t c = 0; c < colour.size() && !input.mean.empty(); ++c) {
    const double mean = input.mean[std::min(c, input.mean.size() - 1)];
    colour[c] = static_cast<std::uint8_t>(std::clamp(std::nearbyint(255 * mean), 0.0, 255.0));
  }
  return colour;
}

StepOptions step_options(const InputSpec& input, const std::optional<std::string>& interpolation) {
  StepOptions options;
  const auto side = static_cast<double>(std::min(input.img_size.height, input.img_size.width));
  options.levels.translate_const = std::trunc(side * 0.45);
  options.fill = mean_colour(input);
  const std::string name = interpolation.value_or(input.interpolation);
  if (name == "random") return options;
  const Filter filter = filter_from_name(name, "augment.train: interpolation");
  const bool is_affine = filter == Filter::nearest || filter == Filter::bilinear;
  options.filter = is_affine ? filter : Filter::bicubic;
  return options;
}

}  // namespace vit
