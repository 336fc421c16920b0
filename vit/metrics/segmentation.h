#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace at {
class Tensor;
}

namespace vit {

/// Pixels counted by true class and predicted class, over any number of images.
///
/// The rule is that of mmseg's IoUMetric: pixels whose truth is ignored are dropped from truth and
/// prediction alike. What is predicted where no class is (num_classes or more, or below 0) is
/// wrong: such pixels are in their true class's area, and in no predicted one.
class SegmentationCounts {
 public:
  /// `ignored`: values of the truth that do not count, be they classes or not.
  explicit SegmentationCounts(std::int64_t num_classes, std::vector<std::int64_t> ignored = {255});

  /// Adds an image, or several; prediction and truth of each pixel in the same order. Throws Error
  /// (data) at `where` where a value of the truth is neither a class nor ignored; nothing is added
  /// then.
  void add(std::span<const std::uint8_t> prediction, std::span<const std::uint8_t> truth,
           const std::string& where = "truth");
  /// The same of integer tensors of one shape, on any device.
  void add(const at::Tensor& prediction, const at::Tensor& truth,
           const std::string& where = "truth");
  /// Adds what another has counted, of the same number of classes.
  void merge(const SegmentationCounts& other);
  /// The same from its numbers, as a process gets them from another.
  void merge(std::span<const std::int64_t> counts);

  [[nodiscard]] std::int64_t num_classes() const { return num_classes_; }
  /// Pixels of the class `truth` that are predicted as `prediction`.
  [[nodiscard]] std::int64_t at(std::int64_t truth, std::int64_t prediction) const;
  /// Pixels of a class that are right, that are predicted as it, and that are truly of it.
  [[nodiscard]] std::int64_t intersect(std::int64_t own) const { return at(own, own); }
  [[nodiscard]] std::int64_t pred_area(std::int64_t own) const;
  [[nodiscard]] std::int64_t label_area(std::int64_t own) const;
  /// Row by row, a row a true class: num_classes predicted ones, and then what is no class.
  [[nodiscard]] const std::vector<std::int64_t>& counts() const { return counts_; }

 private:
  [[nodiscard]] bool ignores(std::int64_t value) const;
  [[noreturn]] void refuse(std::int64_t value, const std::string& where) const;

  std::int64_t num_classes_;
  std::vector<std::int64_t> ignored_;
  std::vector<std::int64_t> counts_;  // [num_classes, num_classes + 1]
};

/// How well the classes are segmented, as shares from 0 to 1. Of a class NaN stands where a
/// denominator is 0, and the class is left out of that mean; a mean over no class is NaN.
struct SegmentationFigures {
  std::vector<double> iou;       ///< intersection over union (Jaccard index)
  std::vector<double> accuracy;  ///< of the true pixels of the class (recall)
  std::vector<double> dice;      ///< 2 intersection / (predicted + true)
  std::vector<double> f_score;   ///< harmonic mean of precision and recall; NaN where both are 0
  double pixel_accuracy = 0;     ///< of all pixels that count (mmseg's aAcc)
  double mean_iou = 0, mean_accuracy = 0, mean_dice = 0, mean_f_score = 0;
  /// The mean over all classes where an absent one counts 0: torchmetrics' mIoU.
  double mean_iou_absent_as_zero = 0;
  /// mIoU as mmseg's tables have it: in percent, classes rounded to two decimals, then their mean.
  double mean_iou_printed = 0;
};
[[nodiscard]] SegmentationFigures segmentation_figures(const SegmentationCounts& counts);

/// ADE20K's rule, in place: 0 becomes 255, the others one less, and 255 stays.
void reduce_zero_label(std::span<std::uint8_t> mask);

}  // namespace vit
