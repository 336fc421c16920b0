#include "vit/nn/patch_drop.h"

#include <ATen/ops/rand.h>

#include <algorithm>

#include "vit/nn/random.h"

namespace vit {

torch::Tensor kept_patches(std::int64_t batch, std::int64_t count, double rate,
                           torch::Device device) {
  const auto kept = std::max<std::int64_t>(
      1, static_cast<std::int64_t>(static_cast<double>(count) * (1.0 - rate)));
  const torch::Tensor order = at::rand({batch, count}, RandomScope::generator(device),
                                       torch::TensorOptions().device(device));
  return order.argsort(std::int64_t{-1}, false).slice(1, 0, kept);
}

torch::Tensor drop_patches(const torch::Tensor& tokens, const torch::Tensor& kept,
                           std::int64_t prefix_tokens) {
  const torch::Tensor patches = tokens.slice(1, prefix_tokens);
  const torch::Tensor chosen =
      patches.gather(1, kept.unsqueeze(-1).expand({-1, -1, patches.size(2)}));
  if (prefix_tokens == 0) return chosen;
  return torch::cat({tokens.slice(1, 0, prefix_tokens), chosen}, 1);
}

}  // namespace vit
