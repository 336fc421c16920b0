#include "vit/augment/trivial_augment.h"

#include <algorithm>
#include <array>

#include "vit/augment/torchvision_op.h"

namespace vit {
namespace {

constexpr std::array<std::string_view, 14> kWideOps{
    "Identity", "ShearX",   "ShearY",    "TranslateX", "TranslateY", "Rotate",       "Brightness",
    "Color",    "Contrast", "Sharpness", "Posterize",  "Solarize",   "AutoContrast", "Equalize"};

}  // namespace

void TrivialAugment::describe(FieldVisitor& visitor) {
  visitor.field({"bins", &bins, "different magnitudes", {2, 1000}});
  visitor.field({"interpolation",
                 &interpolation,
                 "of what moves pixels",
                 {},
                 {"nearest", "bilinear", "bicubic"}});
  visitor.field({"fill", &fill, "colour from outside: one value, or R, G, B", {0, 255}});
}

void TrivialAugment::apply(Sample& sample, Rng& rng) const {
  const std::string_view op = kWideOps[rng.below(kWideOps.size())];
  const auto bin = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(bins)));
  NamedOpOptions how;
  how.filter = filter_from_name(interpolation, "augment.train: trivial_augment.interpolation");
  for (std::size_t c = 0; c < how.fill.size(); ++c)
    how.fill[c] = fill.empty() ? std::uint8_t{0}
                               : static_cast<std::uint8_t>(fill[std::min(c, fill.size() - 1)]);
  apply_torchvision_op(op, {bin, bins}, AugmentSpace::wide, how, sample, rng);
}

}  // namespace vit
