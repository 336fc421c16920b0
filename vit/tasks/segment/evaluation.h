#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/metrics/segmentation.h"
#include "vit/train/task.h"

namespace vit {

/// Metrics of a segmenter at the files' own sizes, by mmseg's rule and in percent: `miou` (classes
/// that are neither there nor predicted are left out of the mean), `pixel_accuracy`,
/// `mean_accuracy`, `dice`, and `miou_absent_as_zero`, the other definition of the first one.
class SegmentEvaluation final : public Evaluation {
 public:
  explicit SegmentEvaluation(std::vector<std::string> classes)
      : classes_(std::move(classes)), counts_(static_cast<std::int64_t>(classes_.size())) {}
  void add(const Batch& batch, const std::vector<Prediction>& predictions) override;
  void merge(const Evaluation& other) override;
  [[nodiscard]] Metrics metrics() const override;
  [[nodiscard]] std::optional<Headline> headline() const override;
  [[nodiscard]] EvaluationReport report(const Dataset& data) const override;
  [[nodiscard]] const SegmentationCounts& counts() const { return counts_; }

 private:
  /// An image that went badly, with what was predicted of it.
  struct Shown {
    std::int64_t index = 0;
    double miou = 0;
    Image classes;
  };
  void show(Shown shown);

  std::vector<std::string> classes_;
  SegmentationCounts counts_;
  std::int64_t images_ = 0;
  std::vector<Shown> worst_;  // the worst first
};

/// The image with its classes in colours over it.
[[nodiscard]] Image with_classes(const Image& image, const Image& classes,
                                 const std::vector<std::string>& names);

}  // namespace vit
