#include "vit/tasks/detect/evaluation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "vit/image/draw.h"
#include "vit/image/resize.h"
#include "vit/metrics/detection_rates.h"
#include "vit/metrics/voc_ap.h"
#include "vit/report/number.h"
#include "vit/tasks/detect/draw_objects.h"

namespace vit {
namespace {

/// What an evaluation of a detector has seen.
struct DetectionResults {
  const std::vector<std::string>& classes;
  const CocoMatches& matches;
  const CocoMatches* mask_matches;  // null where no masks are found
  const DetectionErrors& errors;
  const std::vector<ObjectImage>& images;  // their ids are indices of the data set
};

std::string share_text(double share) {
  return std::isnan(share) || share <= kNoTruth ? "–" : fixed(100 * share, 1);
}

std::string interval_text(const Interval& interval) {
  return share_text(interval.low) + " to " + share_text(interval.high) +
         " % on images drawn anew (95 %, bootstrap)";
}

KeyFigures key_figures(const DetectionResults& results, const CocoFigures& figures,
                       const DetectionRates& best) {
  const auto intervals = results.matches.intervals();
  const VocMeans voc = voc_means(results.images, static_cast<std::int64_t>(results.classes.size()));
  const std::string at = " at confidence " + fixed(best.confidence, 2) + ", where F1 is best";
  KeyFigures all;
  const auto add = [&](const char* name, double share, const std::string& more) {
    all.push_back({name, share_text(share) + " %", more});
  };
  if (results.mask_matches != nullptr) {
    const CocoFigures of_masks = results.mask_matches->figures();
    const auto of_mask_ap = results.mask_matches->intervals();
    const std::string rule = "COCO's rule, overlaps of masks";
    add("Mask mAP 50-95", of_masks.ap(), of_mask_ap ? interval_text(of_mask_ap->map) : rule);
    add("Mask mAP50", of_masks.ap(kOverlap50),
        of_mask_ap ? interval_text(of_mask_ap->map50) : rule);
    add("Mask mAP75", of_masks.ap(kOverlap75), rule);
  }
  add("mAP 50-95", figures.ap(), intervals ? interval_text(intervals->map) : "COCO's rule");
  add("mAP50", figures.ap(kOverlap50), intervals ? interval_text(intervals->map50) : "COCO's rule");
  add("mAP75", figures.ap(kOverlap75), "COCO's rule");
  add("AR@100", figures.ar(2), "COCO's rule: largest recall, mean over overlaps");
  add("Precision", best.mean.precision, "mean over classes" + at);
  add("Recall", best.mean.recall, "mean over classes" + at);
  add("F1", best.mean.f1, "mean over classes" + at);
  if (!std::isnan(voc.all_points)) {
    add("VOC mAP, 2010", voc.all_points, "VOC's rule: area under the curve, overlap .5");
    add("VOC mAP, 2007", voc.points_11, "VOC's rule: 11 points, overlap .5");
  }
  return all;
}

void add_classes(std::vector<Section>& sections, const DetectionResults& results,
                 const CocoFigures& figures, const DetectionRates& best) {
  std::vector<std::pair<double, std::size_t>> order;  // the worst first, those without truth last
  for (std::size_t k = 0; k < results.classes.size(); ++k) {
    const double ap = figures.ap({}, CocoArea::all, static_cast<std::int64_t>(k));
    order.emplace_back(ap <= kNoTruth ? 2 : ap, k);
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  Bars bars{.about = "AP 50-95 of each class by COCO's rule, the worst first.", .bars = {}};
  Table table{
      .header = {"Class", "Images", "Objects", "P %", "R %", "AP50 %", "AP75 %", "AP 50-95 %"},
      .rows = {}};
  std::optional<CocoFigures> of_masks;
  if (results.mask_matches != nullptr) {
    of_masks = results.mask_matches->figures();
    table.header.emplace_back("Mask AP50 %");
    table.header.emplace_back("Mask AP 50-95 %");
  }
  const auto row = [&](const std::string& name, std::int64_t images, std::int64_t objects,
                       const ClassRates& rates, std::optional<std::int64_t> label) {
    table.rows.push_back({name, std::to_string(images), std::to_string(objects),
                          objects > 0 ? share_text(rates.precision) : "–",
                          objects > 0 ? share_text(rates.recall) : "–",
                          share_text(figures.ap(kOverlap50, CocoArea::all, label)),
                          share_text(figures.ap(kOverlap75, CocoArea::all, label)),
                          share_text(figures.ap({}, CocoArea::all, label))});
    if (!of_masks) return;
    table.rows.back().push_back(share_text(of_masks->ap(kOverlap50, CocoArea::all, label)));
    table.rows.back().push_back(share_text(of_masks->ap({}, CocoArea::all, label)));
  };
  std::int64_t objects = 0;
  for (std::size_t k = 0; k < results.classes.size(); ++k)
    objects += results.matches.truths(static_cast<std::int64_t>(k));
  row("all", results.matches.images(), objects, best.mean, std::nullopt);
  for (const auto& [rank, k] : order) {
    const auto label = static_cast<std::int64_t>(k);
    if (rank <= 1) bars.bars.emplace_back(results.classes[k], 100 * rank);
    row(results.classes[k], results.matches.images_with(label), results.matches.truths(label),
        best.classes[k], label);
  }
  sections.push_back({"Classes", std::move(bars)});
  sections.push_back({"", std::move(table)});
}

LineChart precision_recall(const DetectionResults& results, CocoFigures& figures) {
  constexpr std::size_t kMostCurves = 8;  // more cannot be told apart
  LineChart chart{.title = "Precision and recall at overlap .5",
                  .x_label = "recall",
                  .y_label = "precision",
                  .y_low = 0,
                  .y_high = 1};
  Series mean{"mean of all classes", {}, {}};
  std::vector<Series> own;
  for (std::size_t r = 0; r < kCocoRecalls; ++r) {
    mean.x.push_back(static_cast<double>(r) / (kCocoRecalls - 1));
    mean.y.push_back(0);
  }
  for (std::size_t k = 0; k < results.classes.size(); ++k) {
    if (results.matches.truths(static_cast<std::int64_t>(k)) == 0) continue;
    Series& curve = own.emplace_back(Series{results.classes[k], mean.x, {}});
    for (std::size_t r = 0; r < kCocoRecalls; ++r) {
      curve.y.push_back(
          figures.precision(kOverlap50, static_cast<std::int64_t>(k), CocoArea::all, r));
      mean.y[r] += curve.y.back();
    }
  }
  for (double& sum : mean.y) sum /= std::max<double>(1, static_cast<double>(own.size()));
  if (own.size() <= kMostCurves) chart.series = own;
  if (own.size() != 1) chart.series.push_back(std::move(mean));
  return chart;
}

LineChart rates_by_confidence(const DetectionResults& results, const DetectionRates& best) {
  LineChart chart{.title = "Means over classes by confidence",
                  .x_label = "confidence",
                  .series = {{"precision", {}, {}}, {"recall", {}, {}}, {"F1", {}, {}}},
                  .markers = {{best.confidence, best.mean.f1, "best F1"}},
                  .y_low = 0,
                  .y_high = 1};
  constexpr int kSteps = 50;
  for (int i = 0; i <= kSteps; ++i) {
    const DetectionRates rates = rates_at(results.matches, i / double{kSteps});
    const double values[] = {rates.mean.precision, rates.mean.recall, rates.mean.f1};
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
      chart.series[s].x.push_back(rates.confidence);
      chart.series[s].y.push_back(values[s]);
    }
  }
  return chart;
}

Box image_box(const ObjectBox& box, std::int64_t label) {
  return {static_cast<float>(box.x), static_cast<float>(box.y),
          static_cast<float>(box.x + box.width), static_cast<float>(box.y + box.height), label};
}

Box scaled(Box box, int times) {
  for (float* side : {&box.x0, &box.y0, &box.x1, &box.y1}) *side *= static_cast<float>(times);
  return box;
}

/// The truth on the left and what was found on the right, what the error concerns in bold.
Image shown_error(const Image& original, const ObjectImage& seen, const ErrorAt& error,
                  double confidence, const std::vector<std::string>& classes) {
  constexpr int kReadable = 256, kGap = 4;  // small images are enlarged, so that names have room
  const int longest = std::max({original.width, original.height, 1});
  const int times = (kReadable + longest - 1) / longest;
  Image truth = times == 1 ? original
                           : resize(original, original.width * times, original.height * times,
                                    Filter::nearest);
  Image found = truth;
  const auto colour = [](std::int64_t label) { return distinct_colour(static_cast<int>(label)); };
  for (std::size_t g = 0; g < seen.truth.size(); ++g) {
    const TrueObject& object = seen.truth[g];
    const Box box = image_box(object.box, object.label);
    const char* note = object.difficult ? " (difficult)" : object.crowd ? " (crowd)" : "";
    draw_object(truth, scaled(box, times),
                {object_text(box, classes) + note, colour(object.label), error.truth == g});
  }
  std::vector<std::size_t> order = by_score(seen.found);
  for (auto d = order.rbegin(); d != order.rend(); ++d) {
    const ScoredObject& object = seen.found[*d];
    if (object.score < confidence) continue;
    const FoundObject drawn{image_box(object.box, object.label), object.score};
    draw_object(found, scaled(drawn.box, times),
                {object_text(drawn, classes), colour(object.label), error.found == *d});
  }
  Image both(2 * truth.width + kGap, truth.height, truth.channels);
  for (int y = 0; y < truth.height; ++y) {
    std::copy_n(truth.row(y), truth.row_bytes(), both.row(y));
    std::copy_n(found.row(y), found.row_bytes(), both.pixel(truth.width + kGap, y));
  }
  return both;
}

std::string error_text(const ErrorAt& error, const ObjectImage& seen,
                       const std::vector<std::string>& classes) {
  std::string text(name_of(error.kind));
  if (error.found) {
    const ScoredObject& object = seen.found[*error.found];
    text +=
        ": " + object_text(FoundObject{image_box(object.box, object.label), object.score}, classes);
  }
  if (error.truth) {
    const TrueObject& object = seen.truth[*error.truth];
    text +=
        (error.found ? " on " : ": ") + object_text(image_box(object.box, object.label), classes);
    if (error.found)
      text += ", overlap " + fixed(overlap(seen.found[*error.found], object, OverlapOf::boxes), 2);
  }
  return text;
}

void add_errors(std::vector<Section>& sections, const DetectionResults& results,
                const Dataset& data) {
  constexpr std::size_t kShownOfKind = 4;
  constexpr std::pair<DetectionError, const char*> kKinds[] = {
      {DetectionError::missed, "objects that no detection is for, not even a poor one"},
      {DetectionError::duplicate, "one more detection of an object that has one"},
      {DetectionError::wrong_class, "on an object of another class"},
      {DetectionError::poor_box, "on an object of the class, with too little overlap"},
      {DetectionError::background, "where nothing of the class is"}};
  std::map<std::int64_t, const ObjectImage*> by_id;
  for (const ObjectImage& image : results.images) by_id.emplace(image.id, &image);
  const ErrorRule& rule = results.errors.rule();
  Table table{.header = {"Kind", "Count", "What it is"}, .rows = {}};
  Gallery gallery{.about =
                      "On the left the truth, on the right what was found with a confidence "
                      "of " +
                      fixed(rule.confidence, 2) +
                      " or more; what the error concerns has a bold frame. Of each kind the "
                      "surest detections, or the largest missed objects.",
                  .items = {}};
  for (const auto& [kind, about] : kKinds) {
    table.rows.push_back(
        {std::string(name_of(kind)), std::to_string(results.errors.count(kind)), about});
    std::vector<std::pair<double, const ErrorAt*>> own;
    for (const ErrorAt& error : results.errors.all()) {
      if (error.kind != kind) continue;
      const ObjectImage& seen = *by_id.at(error.image);
      own.emplace_back(error.found ? seen.found[*error.found].score : seen.truth[*error.truth].area,
                       &error);
    }
    std::stable_sort(own.begin(), own.end(), [](const auto& a, const auto& b) {
      return a.first != b.first ? a.first > b.first : a.second->image < b.second->image;
    });
    own.resize(std::min(own.size(), kShownOfKind));
    for (const auto& [rank, error] : own) {
      const ObjectImage& seen = *by_id.at(error->image);
      const Sample sample = data.get(seen.id);
      gallery.items.push_back(
          {shown_error(sample.image, seen, *error, rule.confidence, results.classes),
           error_text(*error, seen, results.classes), sample.source});
    }
  }
  sections.push_back({"Errors by kind", std::move(table)});
  if (!gallery.items.empty()) sections.push_back({"", std::move(gallery)});
}

}  // namespace

EvaluationReport DetectEvaluation::report(const Dataset& data) const {
  const DetectionResults results{classes_, matches_, mask_matches(), errors_, images_};
  CocoFigures figures = results.matches.figures();
  const DetectionRates best = best_rates(results.matches);
  EvaluationReport report;
  report.headline = headline();
  report.figures = key_figures(results, figures, best);
  add_classes(report.sections, results, figures, best);
  report.sections.push_back({"Curves", precision_recall(results, figures)});
  report.sections.push_back({"", rates_by_confidence(results, best)});
  if (results.classes.size() < kMaxHeatmapClasses) {
    ConfusionMatrix matrix{results.classes, results.errors.confusion()};
    matrix.classes.emplace_back("background");
    const ErrorRule& rule = results.errors.rule();
    report.sections.push_back(
        {"Which class is taken for which",
         Html{"<p class=\"soft small\">Objects: rows are true classes, columns what was found "
              "there with a confidence of " +
              fixed(rule.confidence, 2) + " and an overlap of " + fixed(rule.overlap, 2) +
              " or more. In the last column objects that were missed, in the last row detections "
              "of nothing. Objects that are difficult or crowds do not count.</p>\n"
              "<div class=\"card wide\">" +
              svg(matrix) + "</div>\n"}});
  }
  add_errors(report.sections, results, data);
  return report;
}

}  // namespace vit
