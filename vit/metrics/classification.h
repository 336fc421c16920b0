#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

/// Rows of `logits` [B, K] whose label [B] is among the k largest (k is cut to K). A tie is decided
/// against the label, so that equal logits (a dead network) score nothing rather than everything.
[[nodiscard]] std::int64_t count_correct(const torch::Tensor& logits, const torch::Tensor& labels,
                                         std::int64_t k);

/// Counts by true class (row) and predicted class (column).
class ConfusionCounts {
 public:
  explicit ConfusionCounts(std::int64_t num_classes);
  /// predictions and labels: [B] int64.
  void add(const torch::Tensor& predictions, const torch::Tensor& labels);
  [[nodiscard]] std::int64_t at(std::int64_t truth, std::int64_t prediction) const;
  [[nodiscard]] std::int64_t num_classes() const { return num_classes_; }
  /// Row by row.
  [[nodiscard]] const std::vector<std::int64_t>& counts() const { return counts_; }

 private:
  std::int64_t num_classes_;
  std::vector<std::int64_t> counts_;
};

}  // namespace vit
