#include "vit/nn/init.h"

#include <ATen/Parallel.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/nn/normal_quantile.h"

namespace vit::init {
namespace {

/// Element i of `tensor` becomes value(u) of the i-th uniform number u in (0, 1) of `rng`.
template <class Value>
void fill(const torch::Tensor& tensor, const Rng& rng, const Value& value) {
  VIT_ASSERT(tensor.is_cpu() && tensor.is_contiguous() && tensor.scalar_type() == torch::kFloat32);
  torch::NoGradGuard no_grad;
  float* data = tensor.data_ptr<float>();
  at::parallel_for(0, tensor.numel(), 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    Rng local = rng;
    local.seek(static_cast<std::uint64_t>(begin));
    for (std::int64_t i = begin; i < end; ++i)
      data[i] = static_cast<float>(value((static_cast<double>(local.u32()) + 0.5) * 0x1.0p-32));
  });
}

/// Inputs of each output, and outputs that each input goes to; groups are not looked at, as in
/// torch.
double fan_in(const torch::Tensor& weight) {
  return static_cast<double>(weight.numel() / weight.size(0));
}
double fan_out(const torch::Tensor& weight) {
  return static_cast<double>(weight.numel() / weight.size(1));
}

double standard_normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

/// Normal, redrawn (by the inverse distribution function) until it is in [-cut, cut].
void truncated(const torch::Tensor& tensor, double std, double cut, const Rng& rng) {
  const double low = standard_normal_cdf(-cut / std), high = standard_normal_cdf(cut / std);
  fill(tensor, rng, [=](double u) {
    return std::clamp(normal_quantile(low + (high - low) * u) * std, -cut, cut);
  });
}

}  // namespace

void trunc_normal(const torch::Tensor& tensor, double std, Rng rng) {
  constexpr double kCut = 2.0;
  truncated(tensor, std, kCut, rng);
}

void trunc_normal_tf(const torch::Tensor& tensor, double std, Rng rng) {
  truncated(tensor, std, 2 * std, rng);
}

void lecun_normal(const torch::Tensor& tensor, double fan_in, Rng rng) {
  constexpr double kStdOfCut = 0.87962566103423978;  // of a standard normal cut to [-2, 2]
  trunc_normal_tf(tensor, 1 / std::sqrt(fan_in) / kStdOfCut, rng);
}

void normal(const torch::Tensor& tensor, double std, Rng rng) {
  fill(tensor, rng, [=](double u) { return normal_quantile(u) * std; });
}

void uniform(const torch::Tensor& tensor, double bound, Rng rng) {
  fill(tensor, rng, [=](double u) { return (2 * u - 1) * bound; });
}

void kaiming_normal_fan_in(const torch::Tensor& weight, Rng rng) {
  normal(weight, std::sqrt(2.0 / fan_in(weight)), rng);
}

void kaiming_normal_fan_out(const torch::Tensor& weight, Rng rng) {
  normal(weight, std::sqrt(2.0 / fan_out(weight)), rng);
}

double default_bound(const torch::Tensor& weight) { return 1.0 / std::sqrt(fan_in(weight)); }

void constant(const torch::Tensor& tensor, double value) {
  torch::NoGradGuard no_grad;
  tensor.fill_(value);
}

}  // namespace vit::init
