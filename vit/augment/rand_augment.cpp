#include "vit/augment/rand_augment.h"

#include <algorithm>

#include "vit/augment/step_options.h"

namespace vit {
namespace {

constexpr WeightedOp kPlain[] = {{"AutoContrast"}, {"Equalize"},      {"Invert"},       {"Rotate"},
                                 {"Posterize"},    {"Solarize"},      {"SolarizeAdd"},  {"Color"},
                                 {"Contrast"},     {"Brightness"},    {"Sharpness"},    {"ShearX"},
                                 {"ShearY"},       {"TranslateXRel"}, {"TranslateYRel"}};
constexpr WeightedOp kIncreasing[] = {{"AutoContrast"},
                                      {"Equalize"},
                                      {"Invert"},
                                      {"Rotate"},
                                      {"PosterizeIncreasing"},
                                      {"SolarizeIncreasing"},
                                      {"SolarizeAdd"},
                                      {"ColorIncreasing"},
                                      {"ContrastIncreasing"},
                                      {"BrightnessIncreasing"},
                                      {"SharpnessIncreasing"},
                                      {"ShearX"},
                                      {"ShearY"},
                                      {"TranslateXRel"},
                                      {"TranslateYRel"}};
constexpr WeightedOp kThreeOps[] = {{"SolarizeIncreasing"}, {"Desaturate"}, {"GaussianBlur"}};
constexpr WeightedOp kThreeWeighted[] = {{"SolarizeIncreasing", 6},
                                         {"Desaturate", 6},
                                         {"GaussianBlur", 6},
                                         {"Rotate", 3},
                                         {"ShearX", 2},
                                         {"ShearY", 2},
                                         {"PosterizeIncreasing", 1},
                                         {"AutoContrast", 1},
                                         {"ColorIncreasing", 1},
                                         {"SharpnessIncreasing", 1},
                                         {"ContrastIncreasing", 1},
                                         {"BrightnessIncreasing", 1},
                                         {"Equalize", 1},
                                         {"Invert", 1}};
constexpr WeightedOp kWeighted[] = {{"Rotate", 3},
                                    {"ShearX", 2},
                                    {"ShearY", 2},
                                    {"TranslateXRel", 1},
                                    {"TranslateYRel", 1},
                                    {"ColorIncreasing", 0.25},
                                    {"SharpnessIncreasing", 0.25},
                                    {"AutoContrast", 0.25},
                                    {"SolarizeIncreasing", 0.05},
                                    {"SolarizeAdd", 0.05},
                                    {"ContrastIncreasing", 0.05},
                                    {"BrightnessIncreasing", 0.05},
                                    {"Equalize", 0.05},
                                    {"PosterizeIncreasing", 0.05},
                                    {"Invert", 0.05}};

bool is_weighted(std::string_view t) { return t == "3aw" || t == "weights"; }

/// Draws by weight; zero weights are never drawn.
std::size_t draw(const std::vector<double>& weights, Rng& rng) {
  double total = 0;
  for (const double weight : weights) total += weight;
  double left = rng.uniform(0, total);
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] <= 0) continue;
    last = i;
    if (left < weights[i]) break;
    left -= weights[i];
  }
  return last;
}

}  // namespace

std::span<const WeightedOp> rand_augment_ops(std::string_view t, bool inc) {
  if (t == "3a") return kThreeOps;
  if (t == "3aw") return kThreeWeighted;
  if (t == "weights") return kWeighted;
  if (inc) return kIncreasing;
  return kPlain;
}

void RandAugment::describe(FieldVisitor& visitor) {
  visitor.field({"n", &n, "operations for a picture", {0, 15}});
  visitor.field({"m", &m, "magnitude", {0, 1000}});
  visitor.field({"p", &p, "probability of each of the n", kProbability});
  visitor.field({"mstd", &mstd,
                 "standard deviation of the magnitude; above 100: uniform from 0 to m",
                 kNonNegative});
  visitor.field({"mmax", &mmax, "largest magnitude", kNonNegative});
  visitor.field({"inc", &inc, "operations whose effect grows with the magnitude"});
  visitor.field({"t", &t, "which operations", {}, {"all", "3a", "3aw", "weights"}});
  visitor.field({"interpolation",
                 &interpolation,
                 "null: the model's",
                 {},
                 {"nearest", "bilinear", "bicubic", "random"}});
}

void RandAugment::adapt(const InputSpec& input) {
  step_ = step_options(input, interpolation);
  step_.magnitude_std = mstd > 100 ? kUniformMagnitude : mstd;
  step_.magnitude_max = mmax;
}

void RandAugment::apply(Sample& sample, Rng& rng) const {
  const std::span<const WeightedOp> ops = rand_augment_ops(t, inc);
  std::vector<double> weights;
  for (const WeightedOp& op : ops) weights.push_back(op.weight);
  // Without replacement there are only so many to draw.
  const auto most = is_weighted(t) ? static_cast<std::int64_t>(ops.size()) : n;
  for (std::int64_t i = 0; i < std::min(n, most); ++i) {
    const std::size_t chosen = draw(weights, rng);
    if (is_weighted(t)) weights[chosen] = 0;
    apply_step({ops[chosen].name, p, m}, step_, sample, rng);
  }
}

}  // namespace vit
