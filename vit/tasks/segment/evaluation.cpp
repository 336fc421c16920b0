#include "vit/tasks/segment/evaluation.h"

#include <algorithm>
#include <cmath>

#include "vit/core/error.h"
#include "vit/image/draw.h"
#include "vit/report/number.h"
#include "vit/tasks/segment/masks.h"

namespace vit {
namespace {

constexpr std::size_t kMostShown = 12;

double percent(double share) { return 100 * share; }

std::string percent_text(double share) {
  return std::isnan(share) ? "–" : fixed(percent(share), 1);
}

/// Both images side by side; they are of one size.
Image beside_each_other(const Image& left, const Image& right) {
  Image both(left.width + right.width, left.height, left.channels);
  for (int y = 0; y < left.height; ++y) {
    std::copy_n(left.row(y), static_cast<std::size_t>(left.width * left.channels), both.row(y));
    std::copy_n(right.row(y), static_cast<std::size_t>(right.width * right.channels),
                both.row(y) + left.width * left.channels);
  }
  return both;
}

}  // namespace

Image with_classes(const Image& image, const Image& classes,
                   const std::vector<std::string>& names) {
  Image drawn = image;
  const bool has_background = !names.empty() && names[0] == "background";
  std::vector<bool> present(256, false);
  for (const std::uint8_t value : classes.pixels) present[value] = true;
  for (int value = has_background ? 1 : 0; value < 255; ++value)
    if (present[static_cast<std::size_t>(value)])
      tint_mask(drawn, classes, static_cast<std::uint8_t>(value), distinct_colour(value), 0.55);
  return drawn;
}

void SegmentEvaluation::show(Shown shown) {
  const auto place =
      std::upper_bound(worst_.begin(), worst_.end(), shown,
                       [](const Shown& a, const Shown& b) { return a.miou < b.miou; });
  if (place == worst_.end() && worst_.size() >= kMostShown) return;
  worst_.insert(place, std::move(shown));
  if (worst_.size() > kMostShown) worst_.pop_back();
}

void SegmentEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  const auto& truth = batch.annotations_as<FileMasks>();
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    const Image& found = std::get<Segmentation>(predictions[i]).classes;
    const Image& mask = truth.masks[i];
    if (found.width != mask.width || found.height != mask.height)
      throw Error(ErrorKind::data, truth.sources[i],
                  str("its mask has ", mask.width, "x", mask.height, " pixels, and its image ",
                      found.width, "x", found.height),
                  "give it a mask of its own size");
    SegmentationCounts of_image(counts_.num_classes());
    of_image.add(found.pixels, mask.pixels, truth.sources[i]);
    counts_.merge(of_image);
    ++images_;
    const double miou = segmentation_figures(of_image).mean_iou;
    if (!std::isnan(miou)) show({batch.indices.const_data_ptr<std::int64_t>()[i], miou, found});
  }
}

void SegmentEvaluation::merge(const Evaluation& other) {
  const auto& more = dynamic_cast<const SegmentEvaluation&>(other);
  counts_.merge(more.counts_);
  images_ += more.images_;
  for (const Shown& shown : more.worst_) show(shown);
}

Metrics SegmentEvaluation::metrics() const {
  const SegmentationFigures figures = segmentation_figures(counts_);
  const auto metric = [](const char* name, double share, const char* title) {
    return Metric{.name = name, .value = percent(share), .title = title, .percent = true};
  };
  return {metric("miou", figures.mean_iou, "mIoU"),
          metric("pixel_accuracy", figures.pixel_accuracy, "pixel accuracy"),
          metric("mean_accuracy", figures.mean_accuracy, "mean accuracy"),
          metric("dice", figures.mean_dice, "dice"),
          metric("miou_absent_as_zero", figures.mean_iou_absent_as_zero, "mIoU, absent as 0")};
}

std::optional<Headline> SegmentEvaluation::headline() const {
  return Headline{.title = "Best mean IoU",
                  .percent = percent(segmentation_figures(counts_).mean_iou),
                  .count = images_,
                  .counted = "images"};
}

EvaluationReport SegmentEvaluation::report(const Dataset& data) const {
  const SegmentationFigures figures = segmentation_figures(counts_);
  EvaluationReport report;
  report.headline = headline();
  const auto figure = [&](const char* name, double share, const char* more = "") {
    report.figures.push_back({name, percent_text(share) + " %", more});
  };
  figure("Pixel accuracy", figures.pixel_accuracy, "of all pixels that count");
  figure("Mean accuracy", figures.mean_accuracy, "mean over classes");
  figure("Dice", figures.mean_dice, "mean over classes");
  figure("mIoU, absent classes as 0", figures.mean_iou_absent_as_zero, "torchmetrics' definition");

  std::vector<std::size_t> order(classes_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto rank = [&](std::size_t i) { return std::isnan(figures.iou[i]) ? 2 : figures.iou[i]; };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  Bars bars{.about = "Intersection over union of each class, the worst first.", .bars = {}};
  Table table{.header = {"Class", "IoU %", "Accuracy %", "Dice %", "Pixels", "Predicted"},
              .rows = {}};
  for (const std::size_t i : order) {
    if (!std::isnan(figures.iou[i])) bars.bars.emplace_back(classes_[i], percent(figures.iou[i]));
    const auto own = static_cast<std::int64_t>(i);
    table.rows.push_back({classes_[i], percent_text(figures.iou[i]),
                          percent_text(figures.accuracy[i]), percent_text(figures.dice[i]),
                          std::to_string(counts_.label_area(own)),
                          std::to_string(counts_.pred_area(own))});
  }
  report.sections.push_back({"Classes", std::move(bars)});
  report.sections.push_back({"", std::move(table)});
  if (classes_.size() <= kMaxHeatmapClasses) {
    ConfusionMatrix matrix{classes_, {}};
    for (std::int64_t row = 0; row < counts_.num_classes(); ++row) {
      auto& counted = matrix.counts.emplace_back();
      for (std::int64_t column = 0; column < counts_.num_classes(); ++column)
        counted.push_back(counts_.at(row, column));
    }
    report.sections.push_back(
        {"Which class is taken for which",
         Html{"<p class=\"soft small\">Pixels: rows are true classes, columns predicted "
              "ones.</p>\n<div class=\"card wide\">" +
              svg(matrix) + "</div>\n"}});
  }
  Gallery gallery{.about = "On the left the true classes, on the right the predicted ones.",
                  .items = {}};
  for (const Shown& shown : worst_) {
    const Sample sample = data.get(shown.index);
    gallery.items.push_back({beside_each_other(with_classes(sample.image, sample.mask, classes_),
                                               with_classes(sample.image, shown.classes, classes_)),
                             "mIoU " + fixed(percent(shown.miou), 1) + " %", sample.source});
  }
  report.sections.push_back({"Worst images", std::move(gallery)});
  return report;
}

}  // namespace vit
