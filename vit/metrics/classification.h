#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace vit {

/// Rows of `logits` [B, K] whose label [B] is among the k largest (k is cut to K). A tie is decided
/// against the label, so that equal logits (a dead network) score nothing rather than everything.
[[nodiscard]] std::int64_t count_correct(const torch::Tensor& logits, const torch::Tensor& labels,
                                         std::int64_t k);
/// The same as an int64 scalar where the logits are, so that nobody waits for a GPU yet.
[[nodiscard]] torch::Tensor correct_count(const torch::Tensor& logits, const torch::Tensor& labels,
                                          std::int64_t k);

/// Counts by true class (row) and predicted class (column).
class ConfusionCounts {
 public:
  explicit ConfusionCounts(std::int64_t num_classes);
  /// predictions and labels: [B] int64.
  void add(const torch::Tensor& predictions, const torch::Tensor& labels);
  [[nodiscard]] std::int64_t at(std::int64_t truth, std::int64_t prediction) const;
  [[nodiscard]] std::int64_t num_classes() const { return num_classes_; }
  void merge(const ConfusionCounts& other);
  /// Row by row.
  [[nodiscard]] const std::vector<std::int64_t>& counts() const { return counts_; }

 private:
  std::int64_t num_classes_;
  std::vector<std::int64_t> counts_;
};

/// How well one class is found; 0 where a denominator is 0, as scikit-learn's zero_division=0.
struct ClassFigures {
  double precision = 0, recall = 0, f1 = 0;
  std::int64_t support = 0;  ///< samples of the class
};
/// Of every class.
[[nodiscard]] std::vector<ClassFigures> class_figures(const ConfusionCounts& counts);
/// The plain mean over the classes that have a sample or are predicted, as of scikit-learn and
/// torchmetrics: data may lack classes of the model. Support is that of all.
[[nodiscard]] ClassFigures macro_average(const ConfusionCounts& counts);

/// Expected calibration error (Guo et al. 2017, equation 3): the mean distance of confidence and
/// accuracy over `bins` equal bins (low, high] of the confidence.
class CalibrationError {
 public:
  explicit CalibrationError(std::int64_t bins = 15);
  /// logits [B, K], labels [B].
  void add(const torch::Tensor& logits, const torch::Tensor& labels);
  void merge(const CalibrationError& other);
  [[nodiscard]] double ece() const;
  /// The largest distance of a bin.
  [[nodiscard]] double mce() const;
  [[nodiscard]] std::vector<std::int64_t> bin_counts() const;
  /// Of a bin: how many samples, their mean confidence, and the share that is right, 0 to 1.
  struct Reliability {
    std::int64_t samples = 0;
    double confidence = 0, accuracy = 0;
  };
  /// Of the bins that have samples, by confidence.
  [[nodiscard]] std::vector<Reliability> reliability() const;

 private:
  struct Bin {
    std::int64_t samples = 0, right = 0;
    double confidence = 0;
  };
  [[nodiscard]] static double gap(const Bin& bin);
  std::vector<Bin> bins_;
};

/// Mean average precision of a multi-label classifier: of each class the area under precision over
/// recall, a step at each positive, averaged over the classes that have any. scores and targets
/// [N, K]; targets are 0 or 1.
[[nodiscard]] double mean_average_precision(const torch::Tensor& scores,
                                            const torch::Tensor& targets);

}  // namespace vit
