#include "vit/augment/leveled_op.h"

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"

namespace vit {
namespace {

double signed_by_chance(double value, Rng& rng) { return rng.chance(0.5) ? -value : value; }

double turn(double level, const LevelOptions&, Rng& rng) {
  return signed_by_chance(level * 30, rng);
}
double shear(double level, const LevelOptions&, Rng& rng) {
  return signed_by_chance(level * 0.3, rng);
}
double translate(double level, const LevelOptions& options, Rng& rng) {
  return signed_by_chance(level * options.translate_const, rng);
}
double translate_part(double level, const LevelOptions& options, Rng& rng) {
  return signed_by_chance(level * options.translate_pct, rng);
}
double enhance(double level, const LevelOptions&, Rng&) { return level * 1.8 + 0.1; }
/// 1 is no change; the magnitude says how far from it, either way.
double enhance_increasing(double level, const LevelOptions&, Rng& rng) {
  return std::max(0.1, 1.0 + signed_by_chance(level * 0.9, rng));
}
double bits(double level, const LevelOptions&, Rng&) { return std::trunc(level * 4); }
double bits_increasing(double level, const LevelOptions&, Rng&) {
  return 4 - std::trunc(level * 4);
}
double bits_original(double level, const LevelOptions&, Rng&) { return std::trunc(level * 4) + 4; }
double threshold(double level, const LevelOptions&, Rng&) {
  return std::min(256.0, std::trunc(level * 256));
}
double threshold_increasing(double level, const LevelOptions&, Rng&) {
  return 256 - std::min(256.0, std::trunc(level * 256));
}
double added(double level, const LevelOptions&, Rng&) {
  return std::min(128.0, std::trunc(level * 110));
}
double between(double low, double high, double level) {
  return std::clamp(low + (high - low) * level, low, high);
}
double desaturate(double level, const LevelOptions&, Rng&) { return between(0.5, 1, level); }
double radius(double level, const LevelOptions&, Rng&) { return between(0.1, 2, level); }
double radius_drawn(double level, const LevelOptions&, Rng& rng) {
  return rng.uniform(0.1, 2 * between(0, 1, level));
}

constexpr LeveledOp kLeveledOps[] = {
    {"AutoContrast", "AutoContrast", nullptr},
    {"Equalize", "Equalize", nullptr},
    {"Invert", "Invert", nullptr},
    {"Rotate", "Rotate", turn},
    {"Posterize", "Posterize", bits},
    {"PosterizeIncreasing", "Posterize", bits_increasing},
    {"PosterizeOriginal", "Posterize", bits_original},
    {"Solarize", "Solarize", threshold},
    {"SolarizeIncreasing", "Solarize", threshold_increasing},
    {"SolarizeAdd", "SolarizeAdd", added},
    {"Color", "Color", enhance},
    {"ColorIncreasing", "Color", enhance_increasing},
    {"Contrast", "Contrast", enhance},
    {"ContrastIncreasing", "Contrast", enhance_increasing},
    {"Brightness", "Brightness", enhance},
    {"BrightnessIncreasing", "Brightness", enhance_increasing},
    {"Sharpness", "Sharpness", enhance},
    {"SharpnessIncreasing", "Sharpness", enhance_increasing},
    {"ShearX", "ShearX", shear},
    {"ShearY", "ShearY", shear},
    {"TranslateX", "TranslateX", translate},
    {"TranslateY", "TranslateY", translate},
    {"TranslateXRel", "TranslateXRel", translate_part},
    {"TranslateYRel", "TranslateYRel", translate_part},
    {"Desaturate", "Desaturate", desaturate},
    {"GaussianBlur", "GaussianBlur", radius},
    {"GaussianBlurRand", "GaussianBlur", radius_drawn},
};

double draw_magnitude(double magnitude, const StepOptions& options, Rng& rng) {
  if (std::isinf(options.magnitude_std))
    magnitude = rng.uniform(0, magnitude);
  else if (options.magnitude_std > 0)
    magnitude += options.magnitude_std * rng.normal();
  return std::clamp(magnitude, 0.0, options.magnitude_max);
}

}  // namespace

const LeveledOp* find_leveled_op(std::string_view name) {
  const auto* found = std::find_if(std::begin(kLeveledOps), std::end(kLeveledOps),
                                   [&](const LeveledOp& op) { return op.name == name; });
  return found == std::end(kLeveledOps) ? nullptr : found;
}

void apply_step(const PolicyStep& step, const StepOptions& options, Sample& sample, Rng& rng) {
  if (!rng.chance(step.probability)) return;
  const LeveledOp* leveled = find_leveled_op(step.name);
  VIT_ASSERT(leveled != nullptr, step.name);
  const double magnitude = draw_magnitude(step.magnitude, options, rng);
  const double argument =
      leveled->argument == nullptr ? 0 : leveled->argument(magnitude / 10, options.levels, rng);
  NamedOpOptions how;
  how.fill = options.fill;
  how.filter = options.filter    ? *options.filter
               : rng.chance(0.5) ? Filter::bilinear
                                 : Filter::bicubic;
  find_named_op(leveled->op)->apply(sample, argument, how);
}

}  // namespace vit
