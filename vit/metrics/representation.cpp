#include "vit/metrics/representation.h"

#include <ATen/ops/linalg_eigvalsh.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

namespace vit {
namespace {

torch::Tensor exact(const torch::Tensor& features) {
  return features.detach().to(torch::kCPU, torch::kFloat64);
}

torch::Tensor at_length_one(const torch::Tensor& features) {
  const torch::Tensor x = exact(features);
  return x / x.norm(2, /*dim=*/1, /*keepdim=*/true).clamp_min(1e-12);
}

}  // namespace

double effective_rank(const torch::Tensor& features) {
  constexpr double kLeast = 1e-7;  // the paper's epsilon
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = exact(features);
  // Singular values are the roots of the eigenvalues of the smaller product.
  const torch::Tensor product = x.size(0) < x.size(1) ? x.mm(x.t()) : x.t().mm(x);
  const torch::Tensor values = at::linalg_eigvalsh(product).clamp_min(0).sqrt();
  const torch::Tensor parts = values / values.sum().clamp_min(1e-300) + kLeast;
  return std::exp(-(parts * parts.log()).sum().item<double>());
}

double feature_deviation(const torch::Tensor& features) {
  const torch::NoGradGuard no_grad;
  return at_length_one(features).std(0, /*unbiased=*/false).mean().item<double>();
}

double uniformity(const torch::Tensor& features) {
  constexpr std::int64_t kRowsAtOnce = 512;  // bounds the [rows, N] distances
  const torch::NoGradGuard no_grad;
  const torch::Tensor x = at_length_one(features);
  const std::int64_t count = x.size(0);
  if (count < 2) return 0;
  double sum = 0;
  for (std::int64_t begin = 0; begin < count; begin += kRowsAtOnce) {
    const torch::Tensor rows = x.slice(0, begin, std::min(begin + kRowsAtOnce, count));
    // |a - b|^2 = 2 - 2 ab at length 1.
    sum += (rows.mm(x.t()) * 4 - 4).exp().sum().item<double>();
  }
  const auto n = static_cast<double>(count);
  return std::log((sum - n) / (n * (n - 1)));  // without each one's distance to itself
}

double alignment(const torch::Tensor& a, const torch::Tensor& b) {
  const torch::NoGradGuard no_grad;
  return (at_length_one(a) - at_length_one(b)).square().sum(1).mean().item<double>();
}

}  // namespace vit
