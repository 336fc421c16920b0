#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/metrics/coco_ap.h"
#include "vit/metrics/coco_results.h"
#include "vit/metrics/detection_errors.h"
#include "vit/metrics/detection_rates.h"
#include "vit/metrics/voc_ap.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"
#include "vit/report/table.h"

namespace vit::cli {
namespace {

struct DetectionArguments {
  std::string gt, dt, iou = "bbox";
  bool json = false;
};

/// All that is told of two files.
struct MeasuredDetections {
  CocoResults read;
  OverlapOf what = OverlapOf::boxes;
  CocoMatches matches;
  DetectionErrors errors;

  [[nodiscard]] bool has_boxes() const { return what == OverlapOf::boxes; }
};

MeasuredDetections measure(const DetectionArguments& arguments) {
  const OverlapOf what = arguments.iou == "segm" ? OverlapOf::masks : OverlapOf::boxes;
  CocoResults read = read_coco_results(arguments.gt, arguments.dt, what);
  const auto num_classes = static_cast<std::int64_t>(read.classes.size());
  MeasuredDetections measured{std::move(read), what, CocoMatches(num_classes, what),
                              DetectionErrors(num_classes)};
  for (const ObjectImage& image : measured.read.images) {
    measured.matches.add(image);
    if (measured.has_boxes()) measured.errors.add(image);
  }
  return measured;
}

constexpr std::pair<const char*, const char*> kStats[] = {
    {"AP", "mean over overlaps .50 to .95 and classes"},
    {"AP50", "overlap .50"},
    {"AP75", "overlap .75"},
    {"AP_small", "area up to 32²"},
    {"AP_medium", "area 32² to 96²"},
    {"AP_large", "area from 96²"},
    {"AR_1", "largest recall, 1 detection of a class in an image"},
    {"AR_10", "10 detections"},
    {"AR_100", "100 detections"},
    {"AR_small", "area up to 32²"},
    {"AR_medium", "area 32² to 96²"},
    {"AR_large", "area from 96²"}};

std::string percent_or_dash(double share) {
  return std::isnan(share) || share <= kNoTruth ? "-" : fixed(100 * share, 2);
}

void print_class_table(const MeasuredDetections& measured, const CocoFigures& figures,
                       const DetectionRates& best) {
  TextTable table({{"class"},
                   {"images", Align::right},
                   {"objects", Align::right},
                   {"P %", Align::right},
                   {"R %", Align::right},
                   {"AP50 %", Align::right},
                   {"AP75 %", Align::right},
                   {"AP %", Align::right}});
  for (std::size_t k = 0; k < measured.read.classes.size(); ++k) {
    const auto label = static_cast<std::int64_t>(k);
    const bool has_truth = measured.matches.truths(label) > 0;
    const auto rate = [&](double value) { return has_truth ? percent_or_dash(value) : "-"; };
    table.add({printable(measured.read.classes[k]), grouped(measured.matches.images_with(label)),
               grouped(measured.matches.truths(label)), rate(best.classes[k].precision),
               rate(best.classes[k].recall),
               percent_or_dash(figures.ap(kOverlap50, CocoArea::all, label)),
               percent_or_dash(figures.ap(kOverlap75, CocoArea::all, label)),
               percent_or_dash(figures.ap({}, CocoArea::all, label))});
  }
  print(table.text());
}

void print_detection(const MeasuredDetections& measured, const CocoFigures& figures) {
  print(str("COCO's rule (pycocotools 2.0.11, ", measured.has_boxes() ? "boxes" : "masks",
            "): ", grouped(measured.matches.images()), " images, ",
            grouped(measured.read.detections), " detections"));
  TextTable stats({{"number"}, {"%", Align::right}, {"of"}});
  const auto values = figures.stats();
  for (std::size_t i = 0; i < values.size(); ++i)
    stats.add({kStats[i].first, percent_or_dash(values[i]), kStats[i].second});
  print(stats.text());
  const DetectionRates best = best_rates(measured.matches);
  print_class_table(measured, figures, best);
  const auto range = [](const Interval& interval) {
    return percent_or_dash(interval.low) + " to " + percent_or_dash(interval.high) + " %";
  };
  if (const auto intervals = measured.matches.intervals())
    print("95 % intervals on images drawn anew (bootstrap): AP " + range(intervals->map) +
          ", AP50 " + range(intervals->map50));
  print(str("P and R: COCO's matches at overlap .5, at the confidence of the best mean F1 (",
            percent_or_dash(best.mean.f1), " % at ", significant(best.confidence, 3), ")"));
  if (measured.has_boxes()) {
    const VocMeans voc = voc_means(measured.read.images, measured.matches.num_classes());
    print("VOC's rule at overlap .5: " + percent_or_dash(voc.points_11) + " % (2007, 11 points), " +
          percent_or_dash(voc.all_points) + " % (2010, all points)");
    const ErrorRule& rule = measured.errors.rule();
    std::string errors;
    for (std::size_t i = 0; i < kDetectionErrors; ++i) {
      const auto kind = static_cast<DetectionError>(i);
      errors += str(i == 0 ? "" : ", ", measured.errors.count(kind), " ", name_of(kind));
    }
    print(str("Errors at confidence ", fixed(rule.confidence, 2), " and overlap ",
              fixed(rule.overlap, 2), ": ", errors));
  }
  const UltralyticsAp other = ultralytics_ap(measured.matches);
  print("Not to be compared with the above: as ultralytics integrates, mAP50 " +
        percent_or_dash(other.map50) + " %, mAP50-95 " + percent_or_dash(other.map) + " %");
  for (const DataNote& note : measured.read.notes.all())
    print(str("note: ", note.what, ": ", note.count, " (", note.places.front(),
              note.count > 1 ? ", …)" : ")"));
}

nlohmann::json class_json(const MeasuredDetections& measured, const CocoFigures& figures,
                          const ClassRates& rates, std::size_t k) {
  const auto label = static_cast<std::int64_t>(k);
  return {{"id", measured.read.category_ids[k]},
          {"name", measured.read.classes[k]},
          {"images", measured.matches.images_with(label)},
          {"objects", measured.matches.truths(label)},
          {"ap", figures.ap({}, CocoArea::all, label)},
          {"ap50", figures.ap(kOverlap50, CocoArea::all, label)},
          {"ap75", figures.ap(kOverlap75, CocoArea::all, label)},
          {"ap_small", figures.ap({}, CocoArea::small, label)},
          {"ap_medium", figures.ap({}, CocoArea::medium, label)},
          {"ap_large", figures.ap({}, CocoArea::large, label)},
          {"ar100", figures.ar(2, CocoArea::all, label)},
          {"precision", rates.precision},
          {"recall", rates.recall},
          {"f1", rates.f1}};
}

nlohmann::json detection_json(const MeasuredDetections& measured, const CocoFigures& figures,
                              const std::string& iou) {
  nlohmann::json object{{"rule", "COCO, as pycocotools 2.0.11; -1 where there is no truth"},
                        {"iou", iou},
                        {"stats", figures.stats()},
                        {"images", measured.matches.images()},
                        {"detections", measured.read.detections}};
  for (const auto& [name, about] : kStats) object["names"].push_back(name);
  const DetectionRates best = best_rates(measured.matches);
  object["classes"] = nlohmann::json::array();
  for (std::size_t k = 0; k < measured.read.classes.size(); ++k)
    object["classes"].push_back(class_json(measured, figures, best.classes[k], k));
  for (std::size_t t = 0; t < kCocoOverlaps; ++t) object["ap_by_iou"].push_back(figures.ap(t));
  object["best_f1"] = {{"confidence", best.confidence},
                       {"precision", best.mean.precision},
                       {"recall", best.mean.recall},
                       {"f1", best.mean.f1}};
  if (const auto intervals = measured.matches.intervals()) {
    object["ap_interval"] = {intervals->map.low, intervals->map.high};
    object["ap50_interval"] = {intervals->map50.low, intervals->map50.high};
  }
  if (measured.has_boxes()) {
    const VocMeans voc = voc_means(measured.read.images, measured.matches.num_classes());
    object["voc"] = {{"map_11_points", voc.points_11}, {"map_all_points", voc.all_points}};
    for (std::size_t i = 0; i < kDetectionErrors; ++i) {
      const auto kind = static_cast<DetectionError>(i);
      object["errors"][std::string(name_of(kind))] = measured.errors.count(kind);
    }
    object["confusion"] = measured.errors.confusion();
  }
  const UltralyticsAp other = ultralytics_ap(measured.matches);
  object["ultralytics_integral"] = {{"map50", other.map50}, {"map", other.map}};
  object["notes"] = nlohmann::json::array();
  for (const DataNote& note : measured.read.notes.all())
    object["notes"].push_back(
        {{"what", note.what}, {"count", note.count}, {"places", note.places}});
  return object;
}

}  // namespace

void add_metrics_detection(CLI::App& metrics) {
  CLI::App* command = metrics.add_subcommand(
      "detection", "Average precision of boxes or masks, as pycocotools computes it");
  command->footer(
      "GT is a file of annotations in COCO's format, DT one of results: [{image_id, category_id,\n"
      "bbox or segmentation, score}, ...]. `stats` of --json are pycocotools' twelve numbers in "
      "its order.\n"
      "Example:\n"
      "  vit metrics detection --gt instances_val2017.json --dt results.json --iou segm --json");
  const auto arguments = std::make_shared<DetectionArguments>();
  command->add_option("--gt", arguments->gt, "Annotations")->required()->type_name("FILE");
  command->add_option("--dt", arguments->dt, "Results")->required()->type_name("FILE");
  command->add_option("--iou", arguments->iou, "What is compared: bbox (default) or segm")
      ->check(CLI::IsMember({"bbox", "segm"}))
      ->type_name("KIND");
  command->add_flag("--json", arguments->json, "Print one JSON object, with shares from 0 to 1");
  command->callback([arguments] {
    const MeasuredDetections measured = measure(*arguments);
    const CocoFigures figures = measured.matches.figures();
    if (arguments->json) return print_json(detection_json(measured, figures, arguments->iou));
    print_detection(measured, figures);
  });
}

}  // namespace vit::cli
