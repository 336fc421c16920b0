#include "vit/augment/color_jitter.h"

#include <algorithm>
#include <array>
#include <utility>

#include "vit/image/enhance.h"

namespace vit {

void ColorJitter::describe(FieldVisitor& visitor) {
  visitor.field({"brightness", &brightness, "largest change of the factor", kNonNegative});
  visitor.field({"contrast", &contrast, "largest change of the factor", kNonNegative});
  visitor.field({"saturation", &saturation, "largest change of the factor", kNonNegative});
  visitor.field({"hue", &hue, "largest turn, in parts of the circle", {0, 0.5}});
  visitor.field({"p", &p, "probability", kProbability});
}

void ColorJitter::apply(Sample& sample, Rng& rng) const {
  if (!rng.chance(p)) return;
  std::array<int, 4> order{0, 1, 2, 3};
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[rng.below(i)]);
  const auto factor = [&](double strength) {
    return rng.uniform(std::max(0.0, 1 - strength), 1 + strength);
  };
  Image& image = sample.image;
  for (const int which : order) {
    if (which == 0 && brightness > 0) image = adjust_brightness(image, factor(brightness));
    if (which == 1 && contrast > 0) image = adjust_contrast(image, factor(contrast));
    if (which == 2 && saturation > 0) image = adjust_saturation(image, factor(saturation));
    if (which == 3 && hue > 0) image = adjust_hue(image, rng.uniform(-hue, hue));
  }
}

}  // namespace vit
