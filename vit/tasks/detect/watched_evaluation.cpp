#include "vit/tasks/detect/watched_evaluation.h"

#include <torch/utils.h>

#include <algorithm>
#include <iterator>

#include "vit/tasks/detect/label_statistics.h"
#include "vit/tasks/detect/matching.h"
#include "vit/tasks/detect/objects.h"

namespace vit {
namespace {

constexpr std::int64_t kWatched = 4;

}  // namespace

ObjectTargets targets_of(const std::vector<Box>& objects, torch::Device device,
                         const Placement* placement) {
  std::vector<float> corners;
  std::vector<std::int64_t> labels;
  for (const Box& object : objects) {
    const Box box = placement == nullptr ? object : placement->to_input_box(object);
    if (!(box.x1 > box.x0 && box.y1 > box.y0)) continue;
    for (const float value : {box.x0, box.y0, box.x1, box.y1}) corners.push_back(value);
    labels.push_back(object.label);
  }
  return {torch::tensor(corners).view({-1, 4}).to(device),
          torch::tensor(labels, torch::kInt64).to(device)};
}

void WatchedEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  evaluation_.add(batch, predictions);
  if (images_.defined() || !batch.images.defined() || batch.placements.empty()) return;
  const auto& truth = batch.annotations_as<ObjectLists>();
  const std::int64_t count = std::min(kWatched, batch.images.size(0));
  images_ = batch.images.slice(0, 0, count).clone();
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    targets_.push_back(targets_of(truth.objects[i], images_.device(), &batch.placements[i]));
    sources_.push_back(truth.sources[i]);
  }
}

EvaluationReport WatchedEvaluation::report(const Dataset& data) const {
  EvaluationReport report = evaluation_.report(data);
  if (learned_ != nullptr) {
    report.sections.push_back(box_statistics(*learned_));
    report.sections.back().title = "Objects of the training images";
  }
  if (!images_.defined()) return report;
  std::vector<Section> sections =
      matching_sections(matched_images(*detector_, images_, targets_, input_, sources_), classes_);
  std::move(sections.begin(), sections.end(), std::back_inserter(report.sections));
  return report;
}

}  // namespace vit
