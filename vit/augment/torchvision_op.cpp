#include "vit/augment/torchvision_op.h"

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"

namespace vit {
namespace {

/// The argument of the operations at the largest magnitude, before its sign.
struct Largest {
  double shear, rotate, enhance, posterize;
};
constexpr Largest kStandard{0.3, 30, 0.9, 4}, kWide{0.99, 135, 0.99, 6};

/// torch.linspace(first, last, bins)[bin], every bit: a whole number may come out a little below
/// it, where pixels are moved by what is cut, and levels compared.
double spread(double first, double last, const MagnitudeBin& at) {
  const auto from = static_cast<float>(first), to = static_cast<float>(last);
  const float step = (to - from) / static_cast<float>(at.bins - 1);
  return at.bin < at.bins / 2 ? std::fma(step, static_cast<float>(at.bin), from)
                              : std::fma(-step, static_cast<float>(at.bins - 1 - at.bin), to);
}

/// torchvision moves by whole pixels: of a side of 331 pixels 150, or 32 always.
double shift(const MagnitudeBin& at, AugmentSpace space, int side) {
  return std::trunc(spread(0, space == AugmentSpace::wide ? 32.0 : 150.0 / 331.0 * side, at));
}

/// How many bits posterising leaves out: (torch.arange(bins) / ((bins - 1) / most)).round()[bin].
double fewer_bits(const MagnitudeBin& at, double most) {
  const auto bins_of_a_bit = static_cast<float>(static_cast<double>(at.bins - 1) / most);
  return std::nearbyint(static_cast<float>(at.bin) / bins_of_a_bit);
}

}  // namespace

void apply_torchvision_op(std::string_view name, const MagnitudeBin& at, AugmentSpace space,
                          const NamedOpOptions& options, Sample& sample, Rng& rng) {
  const Largest& largest = space == AugmentSpace::wide ? kWide : kStandard;
  const NamedOp* op = find_named_op(name);
  VIT_ASSERT(op != nullptr, name);
  const double sign = rng.chance(0.5) ? -1 : 1;
  double argument = 0;
  if (name == "ShearX" || name == "ShearY") argument = sign * spread(0, largest.shear, at);
  if (name == "Rotate") argument = sign * spread(0, largest.rotate, at);
  if (name == "TranslateX") argument = sign * shift(at, space, sample.image.width);
  if (name == "TranslateY") argument = sign * shift(at, space, sample.image.height);
  if (name == "Brightness" || name == "Color" || name == "Contrast" || name == "Sharpness")
    argument = 1 + sign * spread(0, largest.enhance, at);
  if (name == "Posterize") argument = 8 - fewer_bits(at, largest.posterize);
  if (name == "Solarize") argument = spread(255, 0, at);
  op->apply(sample, argument, options);
}

}  // namespace vit
