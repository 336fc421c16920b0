#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vit/augment/named_op.h"
#include "vit/core/rng.h"

namespace vit {

/// What timm calls hparams: how far a level moves pixels.
struct LevelOptions {
  double translate_const = 250;  ///< pixels at magnitude 10, of TranslateX and TranslateY
  double translate_pct = 0.45;   ///< part of the side, of TranslateXRel and TranslateYRel
};

/// A named operation whose argument follows from a magnitude, 0 to 10 (timm's LEVEL_TO_ARG): with
/// its variants, such as PosterizeIncreasing, whose effect grows with it. Signs are drawn.
struct LeveledOp {
  std::string_view name, op;
  /// Null where the operation takes none. `level` is the magnitude / 10.
  double (*argument)(double level, const LevelOptions& options, Rng& rng);
};

/// Null where there is none of this name.
[[nodiscard]] const LeveledOp* find_leveled_op(std::string_view name);

/// One step of a policy: an operation, how probable, how strong.
struct PolicyStep {
  std::string_view name;
  double probability = 1, magnitude = 10;
};

/// How a policy's steps are carried out (timm's AugmentOp).
struct StepOptions {
  double magnitude_std = 0;   ///< of a normal distribution around the magnitude; infinity: uniform
                              ///< between 0 and the magnitude
  double magnitude_max = 10;  ///< what is drawn is cut to it
  LevelOptions levels;
  std::optional<Filter> filter;  ///< nothing: bilinear or bicubic, drawn
  Colour fill{128, 128, 128, 128};
};

inline constexpr double kUniformMagnitude = std::numeric_limits<double>::infinity();

/// Carries out one step with its probability.
void apply_step(const PolicyStep& step, const StepOptions& options, Sample& sample, Rng& rng);

}  // namespace vit
