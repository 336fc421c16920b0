#include "vit/tasks/detect/task.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/image/draw.h"
#include "vit/nn/init.h"
#include "vit/nn/random.h"
#include "vit/tasks/detect/duplicates.h"
#include "vit/tasks/detect/fcos.h"
#include "vit/tasks/detect/fcos_weights.h"
#include "vit/tasks/detect/objects.h"
#include "vit/tasks/detect/predictor.h"
#include "vit/tasks/detect/rf_detr.h"
#include "vit/tasks/detect/rf_detr_file.h"
#include "vit/tasks/detect/watched_evaluation.h"
#include "vit/tasks/detect/yolos.h"
#include "vit/tasks/detect/yolos_weights.h"

namespace vit {
namespace {

/// The objects of each image of a batch, which lie in the pixels of its input.
std::vector<ObjectTargets> batch_targets(const Batch& batch) {
  std::vector<ObjectTargets> targets;
  const Size2 size{batch.images.size(2), batch.images.size(3)};
  for (const std::vector<Box>& objects : batch.annotations_as<ObjectLists>().objects)
    targets.push_back(targets_of(objects, size, batch.images.device()));
  return targets;
}

/// A mask of all of a box.
std::shared_ptr<const Image> filled_box(const Box& box, Size2 size) {
  Image mask(static_cast<int>(size.width), static_cast<int>(size.height), 1);
  const auto pixel = [](float edge) { return static_cast<int>(edge); };
  fill_rectangle(mask, pixel(box.x0), pixel(box.y0), pixel(box.x1), pixel(box.y1), {1});
  return std::make_shared<const Image>(std::move(mask));
}

}  // namespace

DetectTask::DetectTask(const DetectConfig& config, const TaskContext& context)
    : config_(config), input_(context.input), classes_(context.classes), backbone_(context.model) {
  const auto count = static_cast<std::int64_t>(classes_.size());
  detector_ = make_detector(config_.options, context.model, count);
  detector_->init_head(context.seed);
  collator_ = config_.collator(Split::train, {.num_classes = count});
  if (context.training == nullptr) return;
  learned_ = &context.training->train_data;
  keeps_ = makes_few_versions(context.training->augment);
}

/// Predicts images of one size by features that are kept of them.
class DetectTask::KeptPredictor final : public Predictor {
 public:
  KeptPredictor(DetectTask& task, FCOS& fcos) : task_(task), fcos_(fcos) {}
  [[nodiscard]] std::vector<Prediction> predict(const Batch& batch) override {
    const torch::NoGradGuard no_grad;
    const FCOS::Maps maps = task_.val_kept_.of(
        batch, [&](const torch::Tensor& images) { return fcos_.features(images); });
    const Size2 size{batch.images.size(2), batch.images.size(3)};
    DetectPredictor of_maps([&](const torch::Tensor&) {
      return without_duplicates(fcos_.candidates_of(maps, size), fcos_.nms_iou(),
                                task_.config_.options.max_detections);
    });
    return of_maps.predict(batch);
  }

 private:
  DetectTask& task_;
  FCOS& fcos_;
};

FCOS* DetectTask::on_frozen_backbone() const {
  const auto parameters = backbone_->module().parameters();
  const bool learns =
      std::any_of(parameters.begin(), parameters.end(),
                  [](const torch::Tensor& parameter) { return parameter.requires_grad(); });
  return learned_ != nullptr && !learns ? dynamic_cast<FCOS*>(detector_.get()) : nullptr;
}

TaskStep DetectTask::step(const Batch& batch) {
  const std::vector<ObjectTargets> targets = batch_targets(batch);
  DetectorLoss loss;
  if (FCOS* fcos = keeps_ && torch::GradMode::is_enabled() ? on_frozen_backbone() : nullptr) {
    // What does not learn behaves as in evaluation: no dropout, no stochastic depth.
    backbone_->module().eval();
    const FCOS::Maps maps =
        train_kept_.of(batch, [&](const torch::Tensor& images) { return fcos->features(images); });
    loss = fcos->loss_of(maps, {batch.images.size(2), batch.images.size(3)}, targets);
  } else {
    loss = detector_->loss(batch.images, targets);
  }
  return {.loss = loss.total, .parts = std::move(loss.parts)};
}

void DetectTask::dry_step(const Batch& batch) {
  const RandomScope random(Rng(0, Stream::model));  // for the points of masks
  step(batch);
}

Metrics DetectTask::parts() const {
  Metrics parts;
  for (const std::string& name : detector_->loss_parts())
    parts.push_back({.name = name, .better = Better::smaller});
  return parts;
}

std::unique_ptr<Predictor> DetectTask::predictor() {
  if (FCOS* fcos = on_frozen_backbone()) return std::make_unique<KeptPredictor>(*this, *fcos);
  return config_.predictor(exported(), input_, classes_, {});
}

std::unique_ptr<Evaluation> DetectTask::evaluation() const {
  return std::make_unique<WatchedEvaluation>(
      DetectEvaluation(classes_, finds_masks(config_.options)), classes_, detector_, input_,
      learned_);
}

ExportedGraph DetectTask::exported() {
  const std::int64_t most = config_.options.max_detections;
  const std::optional<double> nms = detector_->nms_iou();
  ExportedGraph graph{&detector_->module(),
                      [detector = detector_, most, nms](const torch::Tensor& images) {
                        const torch::Tensor found = detector->candidates(images);
                        return nms ? found : without_duplicates(found, nms, most);
                      },
                      input_.img_size, input_.in_chans, "detections"};
  if (nms)
    graph.then = ExportedStep{
        [most, nms](const torch::Tensor& found) { return without_duplicates(found, nms, most); },
        duplicates_script(*nms, most)};
  return graph;
}

NamedTensors DetectTask::outputs(const NamedTensors& inputs) {
  return detector_->forward(input_of(inputs, "x"));
}

LoadReport DetectTask::load(const std::filesystem::path& checkpoint) {
  return detector_->load(checkpoint, classes_);
}

LoadReport DetectTask::load_backbone(const std::filesystem::path& weights) {
  if (is_yolos(weights)) {
    YolosFile file = read_yolos(weights);
    return vit::load_backbone(*backbone_, std::move(file.backbone), file.others);
  }
  if (is_rf_detr(weights)) {
    RfDetrFile file = read_rf_detr(weights);
    return vit::load_backbone(*backbone_, std::move(file.backbone), file.others);
  }
  return vit::load_backbone(*backbone_, read_fcos(weights));
}

Batch DetectTask::random_batch(std::int64_t size, std::uint64_t seed) const {
  constexpr int kObjects = 6;
  const auto [height, width] = input_.img_size;
  torch::Tensor images = torch::empty({size, input_.in_chans, height, width});
  init::normal(images, 1.0, Rng(seed, Stream::bench));
  const auto objects = std::make_shared<ObjectLists>();
  Rng rng(seed, Stream::bench, 1);
  for (std::int64_t i = 0; i < size; ++i) {
    std::vector<Box>& boxes = objects->objects.emplace_back();
    for (int k = 0; k < kObjects; ++k) {
      const auto w = static_cast<float>(width), h = static_cast<float>(height);
      const auto x = static_cast<float>(rng.uniform(0, 0.7)),
                 y = static_cast<float>(rng.uniform(0, 0.7));
      boxes.push_back({.x0 = x * w,
                       .y0 = y * h,
                       .x1 = (x + static_cast<float>(rng.uniform(0.1, 0.3))) * w,
                       .y1 = (y + static_cast<float>(rng.uniform(0.1, 0.3))) * h,
                       .label = k % static_cast<std::int64_t>(classes_.size())});
      if (finds_masks(config_.options))
        boxes.back().mask = filled_box(boxes.back(), {height, width});
    }
    objects->sizes.push_back({height, width});
    objects->sources.push_back("random");
  }
  return {.images = images, .indices = -1 - torch::arange(size), .annotations = objects};
}

std::shared_ptr<Detector> make_detector(const DetectOptions& options,
                                        std::shared_ptr<ImageModel> backbone,
                                        std::int64_t num_classes) {
  if (options.head == "yolos") return make_yolos(std::move(backbone), options.yolos, num_classes);
  if (options.head == "rf_detr") {
    RfDetrOptions of_head = options.rf_detr;
    of_head.masks = finds_masks(options);
    return make_rf_detr(std::move(backbone), of_head, num_classes);
  }
  return std::make_shared<FCOS>(std::move(backbone), options.fcos, num_classes);
}

}  // namespace vit
