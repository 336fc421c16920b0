#include "vit/metrics/segmentation.h"

#include <ATen/ops/bincount.h>
#include <ATen/ops/ones_like.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "vit/core/error.h"

namespace vit {

SegmentationCounts::SegmentationCounts(std::int64_t num_classes, std::vector<std::int64_t> ignored)
    : num_classes_(num_classes),
      ignored_(std::move(ignored)),
      counts_(static_cast<std::size_t>(num_classes * (num_classes + 1))) {}

bool SegmentationCounts::ignores(std::int64_t value) const {
  return std::find(ignored_.begin(), ignored_.end(), value) != ignored_.end();
}

void SegmentationCounts::refuse(std::int64_t value, const std::string& where) const {
  std::string names;
  for (const std::int64_t one : ignored_)
    names += (names.empty() ? "" : ", ") + std::to_string(one);
  throw Error(ErrorKind::data, where,
              str("holds the value ", value, ", which is none of the ", num_classes_,
                  " classes and is not ignored (ignored: ", names.empty() ? "nothing" : names, ")"),
              "say how many classes there are, or that the value is to be ignored");
}

void SegmentationCounts::add(std::span<const std::uint8_t> prediction,
                             std::span<const std::uint8_t> truth, const std::string& where) {
  constexpr std::size_t kValues = 256;
  VIT_ASSERT(prediction.size() == truth.size(), prediction.size(), " and ", truth.size());
  std::vector<std::int64_t> pairs(kValues * kValues);
  for (std::size_t i = 0; i < truth.size(); ++i) ++pairs[truth[i] * kValues + prediction[i]];
  std::vector<std::int64_t> added(counts_.size());
  for (std::size_t real = 0; real < kValues; ++real) {
    const auto label = static_cast<std::int64_t>(real);
    if (ignores(label)) continue;
    for (std::size_t found = 0; found < kValues; ++found) {
      const std::int64_t count = pairs[real * kValues + found];
      if (count == 0) continue;
      if (label >= num_classes_) refuse(label, where);
      const std::int64_t cell = std::min(static_cast<std::int64_t>(found), num_classes_);
      added[static_cast<std::size_t>(label * (num_classes_ + 1) + cell)] += count;
    }
  }
  merge(added);
}

void SegmentationCounts::add(const at::Tensor& prediction, const at::Tensor& truth,
                             const std::string& where) {
  VIT_ASSERT(prediction.sizes() == truth.sizes() && !prediction.is_floating_point() &&
             !truth.is_floating_point());
  torch::Tensor counted = at::ones_like(truth, torch::kBool);
  for (const std::int64_t value : ignored_) counted.logical_and_(truth.ne(value));
  const torch::Tensor real = truth.masked_select(counted).to(torch::kInt64);
  if (real.numel() == 0) return;
  const torch::Tensor wrong = real.lt(0).logical_or_(real.ge(num_classes_));
  if (wrong.any().item<bool>()) refuse(real.masked_select(wrong)[0].item<std::int64_t>(), where);
  torch::Tensor found = prediction.to(truth.device()).masked_select(counted).to(torch::kInt64);
  found = found.masked_fill(found.lt(0), num_classes_).clamp_max(num_classes_);
  const torch::Tensor cells =
      at::bincount(real * (num_classes_ + 1) + found, {}, static_cast<std::int64_t>(counts_.size()))
          .to(torch::kCPU, torch::kInt64)
          .contiguous();
  merge({cells.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(cells.numel())});
}

void SegmentationCounts::merge(const SegmentationCounts& other) { merge(other.counts_); }

void SegmentationCounts::merge(std::span<const std::int64_t> counts) {
  VIT_ASSERT(counts.size() == counts_.size(), counts.size(), " counts for ", counts_.size());
  for (std::size_t i = 0; i < counts.size(); ++i) counts_[i] += counts[i];
}

std::int64_t SegmentationCounts::at(std::int64_t truth, std::int64_t prediction) const {
  return counts_[static_cast<std::size_t>(truth * (num_classes_ + 1) + prediction)];
}

std::int64_t SegmentationCounts::pred_area(std::int64_t own) const {
  std::int64_t area = 0;
  for (std::int64_t truth = 0; truth < num_classes_; ++truth) area += at(truth, own);
  return area;
}

std::int64_t SegmentationCounts::label_area(std::int64_t own) const {
  std::int64_t area = 0;
  for (std::int64_t found = 0; found <= num_classes_; ++found) area += at(own, found);
  return area;
}

namespace {

constexpr double kNoShare = std::numeric_limits<double>::quiet_NaN();

double ratio_or_nan(double part, double whole) { return whole > 0 ? part / whole : kNoShare; }

double mean_of_known(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    count += 1;
  }
  return ratio_or_nan(sum, count);
}

double two_decimals(double value) { return std::nearbyint(value * 100) / 100; }

}  // namespace

SegmentationFigures segmentation_figures(const SegmentationCounts& counts) {
  SegmentationFigures figures;
  double right = 0, all = 0, iou_sum = 0;
  std::vector<double> printed;
  for (std::int64_t own = 0; own < counts.num_classes(); ++own) {
    const auto both = static_cast<double>(counts.intersect(own)),
               found = static_cast<double>(counts.pred_area(own)),
               real = static_cast<double>(counts.label_area(own));
    const double precision = ratio_or_nan(both, found), recall = ratio_or_nan(both, real);
    figures.iou.push_back(ratio_or_nan(both, found + real - both));
    figures.accuracy.push_back(recall);
    figures.dice.push_back(ratio_or_nan(2 * both, found + real));
    figures.f_score.push_back(ratio_or_nan(2 * precision * recall, precision + recall));
    printed.push_back(two_decimals(figures.iou.back() * 100));
    iou_sum += std::isnan(figures.iou.back()) ? 0 : figures.iou.back();
    right += both;
    all += real;
  }
  figures.pixel_accuracy = ratio_or_nan(right, all);
  figures.mean_iou = mean_of_known(figures.iou);
  figures.mean_accuracy = mean_of_known(figures.accuracy);
  figures.mean_dice = mean_of_known(figures.dice);
  figures.mean_f_score = mean_of_known(figures.f_score);
  figures.mean_iou_absent_as_zero =
      ratio_or_nan(iou_sum, static_cast<double>(counts.num_classes()));
  figures.mean_iou_printed = two_decimals(mean_of_known(printed));
  return figures;
}

void reduce_zero_label(std::span<std::uint8_t> mask) {
  constexpr std::uint8_t kIgnored = 255;
  for (std::uint8_t& value : mask)
    if (value != kIgnored) value = value == 0 ? kIgnored : static_cast<std::uint8_t>(value - 1);
}

}  // namespace vit
