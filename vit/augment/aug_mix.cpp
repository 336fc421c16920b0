#include "vit/augment/aug_mix.h"

#include <algorithm>
#include <array>

#include "vit/augment/distributions.h"
#include "vit/augment/step_options.h"
#include "vit/image/enhance.h"

namespace vit {
namespace {

constexpr std::array<std::string_view, 13> kOps{"AutoContrast",
                                                "ColorIncreasing",
                                                "ContrastIncreasing",
                                                "BrightnessIncreasing",
                                                "SharpnessIncreasing",
                                                "Equalize",
                                                "Rotate",
                                                "PosterizeIncreasing",
                                                "SolarizeIncreasing",
                                                "ShearX",
                                                "ShearY",
                                                "TranslateXRel",
                                                "TranslateYRel"};

}  // namespace

void AugMix::describe(FieldVisitor& visitor) {
  visitor.field({"m", &m, "magnitude", {0, 10}});
  visitor.field({"width", &width, "chains that are mixed", {1, 16}});
  visitor.field({"depth", &depth, "operations in a chain; -1: drawn from 1 to 3", {-1, 16}});
  visitor.field({"alpha", &alpha, "of the Dirichlet and Beta distributions", kPositive});
  visitor.field({"mstd", &mstd,
                 "standard deviation of the magnitude; above 100: uniform from 0 to m",
                 kNonNegative});
  visitor.field({"interpolation",
                 &interpolation,
                 "null: the model's",
                 {},
                 {"nearest", "bilinear", "bicubic", "random"}});
}

void AugMix::adapt(const Preprocessing& input) {
  step_ = step_options(input, interpolation);
  step_.magnitude_std = mstd > 100 ? kUniformMagnitude : mstd;
  step_.levels.translate_pct = 0.3;  // timm's for AugMix
}

void AugMix::apply(Sample& sample, Rng& rng) const {
  const auto weights = draw_dirichlet(alpha, static_cast<std::size_t>(width), rng);
  const double share = draw_beta(alpha, alpha, rng);
  std::vector<float> sum(sample.image.pixels.size());
  for (const double weight : weights) {
    Sample chain;
    chain.image = sample.image;
    const std::int64_t steps = depth > 0 ? depth : rng.between(1, 3);
    for (std::int64_t i = 0; i < steps; ++i)
      apply_step({kOps[rng.below(kOps.size())], 1, m}, step_, chain, rng);
    const auto part = static_cast<float>(weight);
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += part * static_cast<float>(chain.image.pixels[i]);
  }
  Image mixed(sample.image.width, sample.image.height, sample.image.channels);
  for (std::size_t i = 0; i < sum.size(); ++i)
    mixed.pixels[i] = static_cast<std::uint8_t>(std::clamp(sum[i], 0.0F, 255.0F));
  sample.image = blend(sample.image, mixed, static_cast<float>(share));
}

}  // namespace vit
