#include "vit/metrics/classification.h"

#include <algorithm>

#include "vit/core/error.h"

namespace vit {

std::int64_t count_correct(const torch::Tensor& logits, const torch::Tensor& labels,
                           std::int64_t k) {
  const torch::Tensor own = logits.gather(1, labels.unsqueeze(1));  // [B, 1]
  // How many others are at least as large; NaN compares false, hence the negation.
  const torch::Tensor others = logits.lt(own).logical_not().sum(1) - 1;
  return others.lt(std::min(k, logits.size(1))).sum().item<std::int64_t>();
}

ConfusionCounts::ConfusionCounts(std::int64_t num_classes)
    : num_classes_(num_classes), counts_(static_cast<std::size_t>(num_classes * num_classes)) {}

void ConfusionCounts::add(const torch::Tensor& predictions, const torch::Tensor& labels) {
  VIT_ASSERT(predictions.sizes() == labels.sizes() && labels.dim() == 1);
  const torch::Tensor cells = (labels * num_classes_ + predictions).to(torch::kCPU).contiguous();
  const auto* cell = cells.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < cells.numel(); ++i) {
    VIT_ASSERT(cell[i] >= 0 && cell[i] < num_classes_ * num_classes_, cell[i]);
    ++counts_[static_cast<std::size_t>(cell[i])];
  }
}

std::int64_t ConfusionCounts::at(std::int64_t truth, std::int64_t prediction) const {
  return counts_[static_cast<std::size_t>(truth * num_classes_ + prediction)];
}

}  // namespace vit
