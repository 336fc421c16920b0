#include "vit/augment/torchvision_op.h"

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"

namespace vit {
namespace {

/// The argument of the operation at `part` of its largest magnitude, before its sign.
struct Largest {
  double shear, rotate, enhance, posterize;
};
constexpr Largest kStandard{0.3, 30, 0.9, 4}, kWide{0.99, 135, 0.99, 6};

/// torchvision moves by whole pixels: of a side of 331 pixels 150, or 32 always.
double shift(double part, AugmentSpace space, int side) {
  return std::trunc(part * (space == AugmentSpace::wide ? 32.0 : 150.0 / 331.0 * side));
}

}  // namespace

void apply_torchvision_op(std::string_view name, double part, AugmentSpace space,
                          const NamedOpOptions& options, Sample& sample, Rng& rng) {
  const Largest& largest = space == AugmentSpace::wide ? kWide : kStandard;
  const NamedOp* op = find_named_op(name);
  VIT_ASSERT(op != nullptr, name);
  const double sign = rng.chance(0.5) ? -1 : 1;
  double argument = 0;
  if (name == "ShearX" || name == "ShearY") argument = sign * part * largest.shear;
  if (name == "Rotate") argument = sign * part * largest.rotate;
  if (name == "TranslateX") argument = sign * shift(part, space, sample.image.width);
  if (name == "TranslateY") argument = sign * shift(part, space, sample.image.height);
  if (name == "Brightness" || name == "Color" || name == "Contrast" || name == "Sharpness")
    argument = 1 + sign * part * largest.enhance;
  if (name == "Posterize") argument = 8 - std::nearbyint(part * largest.posterize);
  if (name == "Solarize") argument = 255 * (1 - part);
  op->apply(sample, argument, options);
}

}  // namespace vit
