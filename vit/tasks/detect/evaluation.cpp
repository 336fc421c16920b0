#include "vit/tasks/detect/evaluation.h"

#include <cmath>
#include <limits>
#include <utility>

#include "vit/core/error.h"
#include "vit/metrics/detection_rates.h"
#include "vit/tasks/detect/objects.h"

namespace vit {
namespace {

ObjectBox coco_box(const Box& box) {
  return {box.x0, box.y0, double{box.x1} - double{box.x0}, double{box.y1} - double{box.y0}};
}

TrueObject true_object(const Box& box) {
  TrueObject object{.label = box.label, .box = coco_box(box), .difficult = box.difficult};
  object.crowd = box.crowd;
  object.area = box.area > 0 ? box.area : object.box.width * object.box.height;
  return object;
}

double percent_or_nan(double value) {
  return value <= kNoTruth ? std::numeric_limits<double>::quiet_NaN() : 100 * value;
}

ScoredObject scored_object(const FoundObject& found, const std::string& source) {
  const Box& box = found.box;
  if (!std::isfinite(box.x0 + box.y0 + box.x1 + box.y1) || !std::isfinite(found.score))
    throw Error(ErrorKind::numerical, source, "a detection of it is not made of numbers",
                "train with a lower optim.lr, or with train.amp: fp32");
  ScoredObject object{.label = box.label, .box = coco_box(box), .score = found.score};
  object.area = object.box.width * object.box.height;
  return object;
}

/// The same image with the masks of its objects, and by them their areas.
ObjectImage masks_of(ObjectImage image, const std::vector<Box>& truth,
                     const std::vector<FoundObject>& found) {
  for (std::size_t i = 0; i < truth.size(); ++i) {
    VIT_ASSERT(truth[i].mask, "an object without a mask");
    TrueObject& object = image.truth[i];
    object.mask = mask_runs(*truth[i].mask);
    if (!(truth[i].area > 0)) object.area = static_cast<double>(runs_area(object.mask));
  }
  for (std::size_t i = 0; i < found.size(); ++i) {
    image.found[i].mask = found[i].mask;
    image.found[i].area = static_cast<double>(runs_area(found[i].mask));
  }
  return image;
}

}  // namespace

DetectEvaluation::DetectEvaluation(std::vector<std::string> classes, bool masks)
    : classes_(std::move(classes)),
      matches_(static_cast<std::int64_t>(classes_.size())),
      errors_(static_cast<std::int64_t>(classes_.size())) {
  if (masks) mask_matches_.emplace(static_cast<std::int64_t>(classes_.size()), OverlapOf::masks);
}

void DetectEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  const auto& truth = batch.annotations_as<ObjectLists>();
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    ObjectImage image{.id = batch.indices.const_data_ptr<std::int64_t>()[i]};
    for (const Box& box : truth.objects[i]) image.truth.push_back(true_object(box));
    for (const FoundObject& found : std::get<DetectedObjects>(predictions[i]).objects)
      image.found.push_back(scored_object(found, truth.sources[i]));
    matches_.add(image);
    errors_.add(image);
    if (mask_matches_)
      mask_matches_->add(
          masks_of(image, truth.objects[i], std::get<DetectedObjects>(predictions[i]).objects));
    images_.push_back(std::move(image));
  }
}

void DetectEvaluation::merge(const Evaluation& other) {
  const auto& more = dynamic_cast<const DetectEvaluation&>(other);
  matches_.merge(more.matches_);
  if (mask_matches_) mask_matches_->merge(more.mask_matches_.value());
  errors_.merge(more.errors_);
  images_.insert(images_.end(), more.images_.begin(), more.images_.end());
}

Metrics DetectEvaluation::metrics() const {
  const CocoFigures figures = matches_.figures();
  const DetectionRates best = best_rates(matches_);
  const auto metric = [](const char* name, double value, const char* title) {
    return Metric{.name = name, .value = percent_or_nan(value), .title = title, .percent = true};
  };
  Metrics metrics;
  if (mask_matches_) {
    const CocoFigures of_masks = mask_matches_->figures();
    metrics = {
        metric("mask_map", of_masks.ap(), "mask mAP 50-95"),
        metric("mask_map50", of_masks.ap(kOverlap50), "mask mAP50"),
        metric("mask_map75", of_masks.ap(kOverlap75), "mask mAP75"),
        metric("mask_map_small", of_masks.ap({}, CocoArea::small), "mask mAP of small objects"),
        metric("mask_map_medium", of_masks.ap({}, CocoArea::medium), "mask mAP of medium objects"),
        metric("mask_map_large", of_masks.ap({}, CocoArea::large), "mask mAP of large objects"),
        metric("mask_ar100", of_masks.ar(2), "mask recall (AR@100)")};
  }
  const double known = matches_.images() > 0 && figures.ap() > kNoTruth ? 1 : kNoTruth;
  const Metrics of_boxes{
      metric("map", figures.ap(), "mAP 50-95"),
      metric("map50", figures.ap(kOverlap50), "mAP50"),
      metric("map75", figures.ap(kOverlap75), "mAP75"),
      metric("map_small", figures.ap({}, CocoArea::small), "mAP of small objects"),
      metric("map_medium", figures.ap({}, CocoArea::medium), "mAP of medium objects"),
      metric("map_large", figures.ap({}, CocoArea::large), "mAP of large objects"),
      metric("ar100", figures.ar(2), "recall (AR@100)"),
      metric("precision", known < 0 ? known : best.mean.precision, "precision at best F1"),
      metric("recall", known < 0 ? known : best.mean.recall, "recall at best F1")};
  metrics.insert(metrics.end(), of_boxes.begin(), of_boxes.end());
  return metrics;
}

std::optional<Headline> DetectEvaluation::headline() const {
  const CocoMatches& judged = mask_matches_ ? *mask_matches_ : matches_;
  return Headline{.title = mask_matches_ ? "Best mask mAP 50-95" : "Best mAP 50-95",
                  .percent = percent_or_nan(judged.figures().ap()),
                  .count = matches_.images(),
                  .counted = "images"};
}

}  // namespace vit
