#include "vit/tasks/classify/mixup.h"

#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "vit/augment/distributions.h"

namespace vit {
namespace {

using torch::indexing::Slice;

/// How one element, pair or batch is mixed: `lambda` of itself, the rest of its partner.
struct Mix {
  double lambda = 1;
  bool cut = false;
};

struct Rectangle {
  std::int64_t top = 0, bottom = 0, left = 0, right = 0;
};

Mix draw_mix(const MixupOptions& o, Rng& rng) {
  if (!rng.chance(o.mixup_prob)) return {};
  const double cutmix = o.cutmix_minmax ? 1 : o.cutmix;
  const bool cut = o.mixup > 0 && cutmix > 0 ? rng.chance(o.mixup_switch_prob) : cutmix > 0;
  const double alpha = cut ? cutmix : o.mixup;
  return {draw_beta(alpha, alpha, rng), cut};
}

/// A square of the area 1 - lambda about a drawn centre, cut to the picture.
Rectangle centred(double lambda, std::int64_t height, std::int64_t width, Rng& rng) {
  const double ratio = std::sqrt(1 - lambda);
  const auto part = [&](std::int64_t side) {
    const auto cut = static_cast<std::int64_t>(static_cast<double>(side) * ratio);
    const auto centre = rng.between(0, side - 1);
    return std::pair(std::clamp<std::int64_t>(centre - cut / 2, 0, side),
                     std::clamp<std::int64_t>(centre + (cut + 1) / 2, 0, side));
  };
  const auto [top, bottom] = part(height);
  const auto [left, right] = part(width);
  return {top, bottom, left, right};
}

/// A rectangle inside the picture whose sides are between the given parts of its sides.
Rectangle between(const std::vector<double>& minmax, std::int64_t height, std::int64_t width,
                  Rng& rng) {
  const auto part = [&](std::int64_t side) {
    const auto low = static_cast<std::int64_t>(static_cast<double>(side) * minmax[0]);
    const auto high = static_cast<std::int64_t>(static_cast<double>(side) * minmax[1]);
    const std::int64_t cut = rng.between(low, std::max(low, high - 1));
    const std::int64_t first = rng.between(0, side - cut);
    return std::pair(first, first + cut);
  };
  const auto [top, bottom] = part(height);
  const auto [left, right] = part(width);
  return {top, bottom, left, right};
}

/// Draws the rectangle and sets lambda to the share that is left, which the borders may have
/// changed.
Rectangle draw_cut(const MixupOptions& o, Mix& mix, const torch::Tensor& images, Rng& rng) {
  const std::int64_t height = images.size(-2), width = images.size(-1);
  const Rectangle r = o.cutmix_minmax ? between(*o.cutmix_minmax, height, width, rng)
                                      : centred(mix.lambda, height, width, rng);
  mix.lambda = 1 - static_cast<double>((r.bottom - r.top) * (r.right - r.left)) /
                       static_cast<double>(height * width);
  return r;
}

/// Mixes `image` with `partner`, both [..., C, H, W].
void mix_one(const Mix& mix, const Rectangle& r, torch::Tensor image,
             const torch::Tensor& partner) {
  if (!mix.cut) {
    image.mul_(mix.lambda).add_(partner, 1 - mix.lambda);
    return;
  }
  const auto rows = Slice(r.top, r.bottom), columns = Slice(r.left, r.right);
  image.index_put_({"...", rows, columns}, partner.index({"...", rows, columns}));
}

std::vector<double> mix_whole(const MixupOptions& o, torch::Tensor& images, Rng& rng) {
  Mix mix = draw_mix(o, rng);
  if (mix.lambda != 1) {
    const Rectangle r = mix.cut ? draw_cut(o, mix, images, rng) : Rectangle{};
    mix_one(mix, r, images, images.flip(0));
  }
  return std::vector<double>(static_cast<std::size_t>(images.size(0)), mix.lambda);
}

/// Each element by a draw of its own, or (`pairs`) both of a pair by one.
std::vector<double> mix_each(const MixupOptions& o, bool pairs, torch::Tensor& images, Rng& rng) {
  const std::int64_t size = images.size(0);
  std::vector<double> lambdas(static_cast<std::size_t>(size), 1.0);
  const torch::Tensor original = images.clone();
  for (std::int64_t i = 0; i < (pairs ? size / 2 : size); ++i) {
    const std::int64_t partner = size - 1 - i;
    Mix mix = draw_mix(o, rng);
    if (mix.lambda == 1) continue;
    const Rectangle r = mix.cut ? draw_cut(o, mix, images, rng) : Rectangle{};
    mix_one(mix, r, images[i], original[partner]);
    lambdas[static_cast<std::size_t>(i)] = mix.lambda;
    if (!pairs) continue;
    mix_one(mix, r, images[partner], original[i]);
    lambdas[static_cast<std::size_t>(partner)] = mix.lambda;
  }
  return lambdas;
}

torch::Tensor soft_targets(const torch::Tensor& labels, const std::vector<double>& lambdas,
                           std::int64_t num_classes, double smoothing) {
  const std::int64_t size = labels.size(0);
  const double off = smoothing / static_cast<double>(num_classes);
  torch::Tensor own = torch::full({size, num_classes}, off, torch::kFloat32);
  own.scatter_(1, labels.view({-1, 1}), 1 - smoothing + off);
  const torch::Tensor lambda =
      torch::tensor(lambdas, torch::kFloat64).to(torch::kFloat32).view({-1, 1});
  return own * lambda + own.flip(0) * (1 - lambda);
}

}  // namespace

torch::Tensor mix_batch(const MixupOptions& o, torch::Tensor& images, const torch::Tensor& labels,
                        std::int64_t num_classes, double smoothing, bool mixing, Rng& rng) {
  std::vector<double> lambdas(static_cast<std::size_t>(images.size(0)), 1.0);
  if (mixing)
    lambdas = o.mixup_mode == "batch" ? mix_whole(o, images, rng)
                                      : mix_each(o, o.mixup_mode == "pair", images, rng);
  return soft_targets(labels, lambdas, num_classes, smoothing);
}

}  // namespace vit
