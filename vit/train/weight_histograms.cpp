#include "vit/train/weight_histograms.h"

#include <torch/types.h>
#include <torch/utils.h>

namespace vit {
namespace {

constexpr std::int64_t kBins = 30;  // as many as TensorBoard shows

Histogram histogram_of(const std::string& name, const torch::Tensor& finite) {
  const auto [low, high] = finite.aminmax();
  Histogram result{.name = name,
                   .min = low.item<double>(),
                   .max = high.item<double>(),
                   .sum = finite.sum(torch::kFloat64).item<double>(),
                   .sum_of_squares = finite.square().sum(torch::kFloat64).item<double>()};
  if (result.min == result.max) {
    result.upper_edges = {result.max};
    result.counts = {static_cast<double>(finite.numel())};
    return result;
  }
  const torch::Tensor counts = torch::histc(finite, kBins, low.item(), high.item());
  for (std::int64_t bin = 0; bin < kBins; ++bin) {
    result.upper_edges.push_back(result.min + (result.max - result.min) *
                                                  static_cast<double>(bin + 1) /
                                                  static_cast<double>(kBins));
    result.counts.push_back(counts[bin].item<double>());
  }
  return result;
}

}  // namespace

std::vector<Histogram> weight_histograms(const torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  std::vector<Histogram> histograms;
  for (const auto& parameter : module.named_parameters()) {
    if (!parameter.value().requires_grad()) continue;
    // On the processor: CUDA has no histogram that repeats.
    torch::Tensor values =
        parameter.value().detach().flatten().to(torch::kCPU, torch::kFloat32).contiguous();
    const torch::Tensor is_finite = values.isfinite();
    if (!is_finite.all().item<bool>()) values = values.masked_select(is_finite);
    if (values.numel() > 0) histograms.push_back(histogram_of(parameter.key(), values));
  }
  return histograms;
}

}  // namespace vit
