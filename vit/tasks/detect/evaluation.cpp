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

}  // namespace

DetectEvaluation::DetectEvaluation(std::vector<std::string> classes)
    : classes_(std::move(classes)),
      matches_(static_cast<std::int64_t>(classes_.size())),
      errors_(static_cast<std::int64_t>(classes_.size())) {}

void DetectEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  const auto& truth = batch.annotations_as<ObjectLists>();
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    ObjectImage image{.id = batch.indices.const_data_ptr<std::int64_t>()[i]};
    for (const Box& box : truth.objects[i]) image.truth.push_back(true_object(box));
    for (const FoundObject& found : std::get<DetectedObjects>(predictions[i]).objects)
      image.found.push_back(scored_object(found, truth.sources[i]));
    matches_.add(image);
    errors_.add(image);
    images_.push_back(std::move(image));
  }
}

void DetectEvaluation::merge(const Evaluation& other) {
  const auto& more = dynamic_cast<const DetectEvaluation&>(other);
  matches_.merge(more.matches_);
  errors_.merge(more.errors_);
  images_.insert(images_.end(), more.images_.begin(), more.images_.end());
}

Metrics DetectEvaluation::metrics() const {
  const CocoFigures figures = matches_.figures();
  const DetectionRates best = best_rates(matches_);
  const auto metric = [](const char* name, double value, const char* title) {
    return Metric{.name = name, .value = percent_or_nan(value), .title = title, .percent = true};
  };
  const double known = matches_.images() > 0 && figures.ap() > kNoTruth ? 1 : kNoTruth;
  return {metric("map", figures.ap(), "mAP 50-95"),
          metric("map50", figures.ap(kOverlap50), "mAP50"),
          metric("map75", figures.ap(kOverlap75), "mAP75"),
          metric("map_small", figures.ap({}, CocoArea::small), "mAP of small objects"),
          metric("map_medium", figures.ap({}, CocoArea::medium), "mAP of medium objects"),
          metric("map_large", figures.ap({}, CocoArea::large), "mAP of large objects"),
          metric("ar100", figures.ar(2), "recall (AR@100)"),
          metric("precision", known < 0 ? known : best.mean.precision, "precision at best F1"),
          metric("recall", known < 0 ? known : best.mean.recall, "recall at best F1")};
}

std::optional<Headline> DetectEvaluation::headline() const {
  return Headline{.title = "Best mAP 50-95",
                  .percent = percent_or_nan(matches_.figures().ap()),
                  .count = matches_.images(),
                  .counted = "images"};
}

}  // namespace vit
