#include "vit/augment/aug_mix.h"

#include <algorithm>
#include <array>
#include <utility>

#include "vit/augment/distributions.h"
#include "vit/augment/step_options.h"
#include "vit/image/enhance.h"

namespace vit {
namespace {

constexpr std::array<std::string_view, 13> kMixedOps{"AutoContrast",
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
  visitor.field({"blended", &blended, "blend chain by chain, as timm's b1: quicker"});
  visitor.field({"mstd", &mstd,
                 "standard deviation of the magnitude; above 100: uniform from 0 to m",
                 kNonNegative});
  visitor.field({"interpolation",
                 &interpolation,
                 "null: the model's",
                 {},
                 {"nearest", "bilinear", "bicubic", "random"}});
}

void AugMix::adapt(const InputSpec& input) {
  step_ = step_options(input, interpolation);
  step_.magnitude_std = mstd > 100 ? kUniformMagnitude : mstd;
  step_.levels.translate_pct = 0.3;  // timm's for AugMix
}

Image AugMix::chain_of(const Image& image, Rng& rng) const {
  Sample chain;
  chain.image = image;
  const std::int64_t steps = depth > 0 ? depth : rng.between(1, 3);
  for (std::int64_t i = 0; i < steps; ++i)
    apply_step({kMixedOps[rng.below(kMixedOps.size())], 1, m}, step_, chain, rng);
  return std::move(chain.image);
}

std::vector<double> blend_shares(std::vector<double> weights, double share) {
  double rest = 1;  // of the result, what is left when later chains have their part
  for (std::size_t i = weights.size(); i-- > 0;) {
    const double weight = rest > 0 ? weights[i] * share / rest : 0;
    rest *= 1 - weight;
    weights[i] = weight;
  }
  return weights;
}

void AugMix::apply(Sample& sample, Rng& rng) const {
  const auto weights = draw_dirichlet(alpha, static_cast<std::size_t>(width), rng);
  const double share = draw_beta(alpha, alpha, rng);
  if (blended) {
    const Image original = sample.image;
    for (const double weight : blend_shares(weights, share))
      sample.image = blend(sample.image, chain_of(original, rng), static_cast<float>(weight));
    return;
  }
  std::vector<float> sum(sample.image.pixels.size());
  for (const double weight : weights) {
    const Image chain = chain_of(sample.image, rng);
    const auto part = static_cast<float>(weight);
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += part * static_cast<float>(chain.pixels[i]);
  }
  Image mixed(sample.image.width, sample.image.height, sample.image.channels);
  for (std::size_t i = 0; i < sum.size(); ++i)
    mixed.pixels[i] = static_cast<std::uint8_t>(std::clamp(sum[i], 0.0F, 255.0F));
  sample.image = blend(sample.image, mixed, static_cast<float>(share));
}

}  // namespace vit
