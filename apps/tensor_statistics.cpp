#include "apps/tensor_statistics.h"

#include <cstdio>

namespace vit::cli {

TensorStatistics statistics(const torch::Tensor& tensor) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor values =
      (tensor.is_complex() ? tensor.abs() : tensor).flatten().to(torch::kFloat64);
  const torch::Tensor finite = values.masked_select(values.isfinite());
  TensorStatistics result;
  result.not_finite = values.numel() - finite.numel();
  if (finite.numel() == 0) return result;
  result.mean = finite.mean().item<double>();
  result.std = finite.std(/*unbiased=*/false).item<double>();
  result.least = finite.min().item<double>();
  result.greatest = finite.max().item<double>();
  return result;
}

std::string figure(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

}  // namespace vit::cli
