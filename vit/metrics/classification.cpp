#include "vit/metrics/classification.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"

namespace vit {

torch::Tensor correct_count(const torch::Tensor& logits, const torch::Tensor& labels,
                            std::int64_t k) {
  const torch::Tensor own = logits.gather(1, labels.unsqueeze(1));  // [B, 1]
  // How many others are at least as large; NaN compares false, hence the negation.
  const torch::Tensor others = logits.lt(own).logical_not().sum(1) - 1;
  return others.lt(std::min(k, logits.size(1))).sum();
}

std::int64_t count_correct(const torch::Tensor& logits, const torch::Tensor& labels,
                           std::int64_t k) {
  return correct_count(logits, labels, k).item<std::int64_t>();
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

std::vector<ClassFigures> class_figures(const ConfusionCounts& counts) {
  const auto ratio = [](double part, double whole) { return whole > 0 ? part / whole : 0.0; };
  std::vector<ClassFigures> figures;
  for (std::int64_t own = 0; own < counts.num_classes(); ++own) {
    std::int64_t predicted = 0, support = 0;
    for (std::int64_t other = 0; other < counts.num_classes(); ++other) {
      predicted += counts.at(other, own);
      support += counts.at(own, other);
    }
    const auto right = static_cast<double>(counts.at(own, own));
    ClassFigures& of_class = figures.emplace_back();
    of_class.precision = ratio(right, static_cast<double>(predicted));
    of_class.recall = ratio(right, static_cast<double>(support));
    of_class.f1 = ratio(2 * right, static_cast<double>(predicted + support));
    of_class.support = support;
  }
  return figures;
}

ClassFigures macro_average(const ConfusionCounts& counts) {
  std::vector<ClassFigures> met;
  const std::vector<ClassFigures> all = class_figures(counts);
  for (std::int64_t own = 0; own < counts.num_classes(); ++own) {
    const ClassFigures& of_class = all[static_cast<std::size_t>(own)];
    bool predicted = false;
    for (std::int64_t truth = 0; truth < counts.num_classes(); ++truth)
      predicted = predicted || counts.at(truth, own) > 0;
    if (of_class.support > 0 || predicted) met.push_back(of_class);
  }
  ClassFigures mean;
  const auto classes = static_cast<double>(std::max<std::size_t>(met.size(), 1));
  for (const ClassFigures& of_class : met) {
    mean.precision += of_class.precision / classes;
    mean.recall += of_class.recall / classes;
    mean.f1 += of_class.f1 / classes;
    mean.support += of_class.support;
  }
  return mean;
}

CalibrationError::CalibrationError(std::int64_t bins) : bins_(static_cast<std::size_t>(bins)) {}

void CalibrationError::add(const torch::Tensor& logits, const torch::Tensor& labels) {
  const auto [confidence, prediction] = logits.to(torch::kFloat64).softmax(1).max(1);
  const torch::Tensor values = confidence.to(torch::kCPU).contiguous(),
                      right = prediction.eq(labels).to(torch::kCPU).contiguous();
  const auto count = static_cast<double>(bins_.size());
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    const double value = values.const_data_ptr<double>()[i];
    const double bin = std::clamp(std::ceil(value * count) - 1, 0.0, count - 1);
    Bin& own = bins_[static_cast<std::size_t>(bin)];
    ++own.samples;
    own.right += right.const_data_ptr<bool>()[i] ? 1 : 0;
    own.confidence += value;
  }
}

double CalibrationError::gap(const Bin& bin) {
  return std::abs(static_cast<double>(bin.right) - bin.confidence);
}

void ConfusionCounts::merge(const ConfusionCounts& other) {
  VIT_ASSERT(other.num_classes_ == num_classes_, other.num_classes_);
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
}

void CalibrationError::merge(const CalibrationError& other) {
  VIT_ASSERT(other.bins_.size() == bins_.size(), other.bins_.size());
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    bins_[i].samples += other.bins_[i].samples;
    bins_[i].right += other.bins_[i].right;
    bins_[i].confidence += other.bins_[i].confidence;
  }
}

double CalibrationError::ece() const {
  double gaps = 0;
  std::int64_t samples = 0;
  for (const Bin& bin : bins_) {
    gaps += gap(bin);
    samples += bin.samples;
  }
  return samples > 0 ? gaps / static_cast<double>(samples) : 0.0;
}

double CalibrationError::mce() const {
  double largest = 0;
  for (const Bin& bin : bins_)
    if (bin.samples > 0) largest = std::max(largest, gap(bin) / static_cast<double>(bin.samples));
  return largest;
}

std::vector<CalibrationError::Reliability> CalibrationError::reliability() const {
  std::vector<Reliability> found;
  for (const Bin& bin : bins_) {
    const auto samples = static_cast<double>(bin.samples);
    if (bin.samples > 0)
      found.push_back(
          {bin.samples, bin.confidence / samples, static_cast<double>(bin.right) / samples});
  }
  return found;
}

std::vector<std::int64_t> CalibrationError::bin_counts() const {
  std::vector<std::int64_t> counts;
  for (const Bin& bin : bins_) counts.push_back(bin.samples);
  return counts;
}

double mean_average_precision(const torch::Tensor& scores, const torch::Tensor& targets) {
  double sum = 0;
  std::int64_t classes = 0;
  for (std::int64_t k = 0; k < scores.size(1); ++k) {
    const torch::Tensor order = scores.select(1, k).argsort(/*dim=*/0, /*descending=*/true);
    const torch::Tensor hits = targets.select(1, k).index_select(0, order).to(torch::kFloat64);
    const double positives = hits.sum().item<double>();
    if (positives == 0) continue;
    const torch::Tensor ranks = torch::arange(1, hits.numel() + 1, hits.options());
    sum += (hits.cumsum(0) / ranks * hits).sum().item<double>() / positives;
    ++classes;
  }
  return classes > 0 ? sum / static_cast<double>(classes) : 0.0;
}

}  // namespace vit
