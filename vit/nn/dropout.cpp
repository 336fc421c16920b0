#include "vit/nn/dropout.h"

#include <ATen/ops/empty.h>

#include <vector>

#include "vit/nn/random.h"

namespace vit {
namespace {

/// 0 with probability `rate`, else 1 / (1 - rate).
torch::Tensor factors(const torch::TensorOptions& options, at::IntArrayRef shape, double rate) {
  const double keep = 1.0 - rate;
  torch::Tensor mask = at::empty(shape, options.requires_grad(false));
  mask.bernoulli_(keep, RandomScope::generator(mask.device()));
  if (keep > 0) mask.div_(keep);
  return mask;
}

}  // namespace

torch::Tensor dropout(const torch::Tensor& x, double rate, bool training) {
  return training && rate > 0 ? x * factors(x.options(), x.sizes(), rate) : x;
}

torch::Tensor drop_path_factors(const torch::Tensor& x, torch::ScalarType type, double rate,
                                bool training) {
  if (!training) return {};
  rate *= RandomScope::drop_path_factor();
  return rate == 0 ? torch::Tensor() : factors(x.options().dtype(type), {x.size(0)}, rate);
}

torch::Tensor times_samples(const torch::Tensor& x, const torch::Tensor& factors) {
  if (!factors.defined()) return x;
  std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
  shape[0] = x.size(0);
  return x * factors.view(shape);
}

torch::Tensor drop_path(const torch::Tensor& x, double rate, bool training) {
  return times_samples(x, drop_path_factors(x, x.scalar_type(), rate, training));
}

}  // namespace vit
