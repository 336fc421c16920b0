#include "vit/nn/dropout.h"

#include <ATen/ops/empty.h>

#include <vector>

#include "vit/nn/random.h"

namespace vit {
namespace {

torch::Tensor drop(const torch::Tensor& x, at::IntArrayRef mask_shape, double rate) {
  const double keep = 1.0 - rate;
  torch::Tensor mask = at::empty(mask_shape, x.options().requires_grad(false));
  mask.bernoulli_(keep, RandomScope::generator(x.device()));
  if (keep > 0) mask.div_(keep);
  return x * mask;
}

}  // namespace

torch::Tensor dropout(const torch::Tensor& x, double rate, bool training) {
  return training && rate > 0 ? drop(x, x.sizes(), rate) : x;
}

torch::Tensor drop_path(const torch::Tensor& x, double rate, bool training) {
  if (!training) return x;
  rate *= RandomScope::drop_path_factor();
  if (rate == 0) return x;
  std::vector<std::int64_t> mask_shape(static_cast<std::size_t>(x.dim()), 1);
  mask_shape[0] = x.size(0);
  return drop(x, mask_shape, rate);
}

}  // namespace vit
