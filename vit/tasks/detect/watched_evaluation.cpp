#include "vit/tasks/detect/watched_evaluation.h"

#include <torch/utils.h>

#include <algorithm>
#include <iterator>

#include "vit/core/error.h"
#include "vit/tasks/detect/label_statistics.h"
#include "vit/tasks/detect/matching.h"
#include "vit/tasks/detect/objects.h"

namespace vit {
namespace {

constexpr std::int64_t kWatched = 4;

/// A mask of the file in an input of this size, by the nearest pixel.
Image mask_in_input(const Image& mask, const Placement& placement, Size2 size) {
  Image moved(static_cast<int>(size.width), static_cast<int>(size.height), 1);
  for (int y = 0; y < moved.height; ++y)
    for (int x = 0; x < moved.width; ++x) {
      const auto [from_x, from_y] = placement.original_point(x + 0.5, y + 0.5);
      if (from_x >= 0 && from_y >= 0 && from_x < mask.width && from_y < mask.height)
        *moved.pixel(x, y) = *mask.pixel(static_cast<int>(from_x), static_cast<int>(from_y));
    }
  return moved;
}

/// [M, H, W] uint8 of masks of this size.
torch::Tensor stacked(const std::vector<std::shared_ptr<const Image>>& masks, Size2 size) {
  const auto count = static_cast<std::int64_t>(masks.size());
  torch::Tensor all = torch::empty({count, size.height, size.width}, torch::kUInt8);
  auto* to = all.mutable_data_ptr<std::uint8_t>();
  for (const auto& mask : masks) {
    VIT_ASSERT(mask->width == size.width && mask->height == size.height, "a mask of ", mask->width,
               "x", mask->height, " pixels in an image of ", size.width, "x", size.height);
    to = std::copy(mask->pixels.begin(), mask->pixels.end(), to);
  }
  return all;
}

}  // namespace

ObjectTargets targets_of(const std::vector<Box>& objects, Size2 size, torch::Device device,
                         const Placement* placement) {
  std::vector<float> corners;
  std::vector<std::int64_t> labels;
  std::vector<std::shared_ptr<const Image>> masks;
  for (const Box& object : objects) {
    const Box box = placement == nullptr ? object : placement->to_input_box(object);
    if (!(box.x1 > box.x0 && box.y1 > box.y0)) continue;
    if (object.mask) {
      auto mask =
          placement == nullptr
              ? object.mask
              : std::make_shared<const Image>(mask_in_input(*object.mask, *placement, size));
      if (std::none_of(mask->pixels.begin(), mask->pixels.end(),
                       [](std::uint8_t pixel) { return pixel != 0; }))
        continue;
      masks.push_back(std::move(mask));
    }
    for (const float value : {box.x0, box.y0, box.x1, box.y1}) corners.push_back(value);
    labels.push_back(object.label);
  }
  ObjectTargets targets{torch::tensor(corners).view({-1, 4}).to(device),
                        torch::tensor(labels, torch::kInt64).to(device)};
  if (!masks.empty() && masks.size() == labels.size())
    targets.masks = stacked(masks, size).to(device);
  return targets;
}

void WatchedEvaluation::add(const Batch& batch, const std::vector<Prediction>& predictions) {
  evaluation_.add(batch, predictions);
  if (images_.defined() || !batch.images.defined() || batch.placements.empty()) return;
  const auto& truth = batch.annotations_as<ObjectLists>();
  const std::int64_t count = std::min(kWatched, batch.images.size(0));
  images_ = batch.images.slice(0, 0, count).clone();
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    targets_.push_back(targets_of(truth.objects[i], {images_.size(2), images_.size(3)},
                                  images_.device(), &batch.placements[i]));
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
