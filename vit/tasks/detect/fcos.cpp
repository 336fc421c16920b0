#include "vit/tasks/detect/fcos.h"

#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/one_hot.h>
#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/loss/box_ops.h"
#include "vit/loss/sigmoid_focal.h"
#include "vit/models/network_part.h"
#include "vit/tasks/detect/resnet_fpn.h"
#include "vit/tasks/detect/simple_pyramid.h"

namespace vit {
namespace {

/// Whether the maps of a backbone's layers are of several sizes: stages, which become wider.
bool has_stages(const ImageModel& backbone) {
  const std::vector<std::int64_t> widths = backbone.widths();
  return widths.size() >= 3 && widths.front() != widths.back();
}

/// Height and width of maps or images [B, C, h, w].
Size2 map_size(const torch::Tensor& map) { return {map.size(2), map.size(3)}; }

}  // namespace

void describe(FieldVisitor& visitor, FCOSOptions& o) {
  visitor.field({"channels", &o.channels, "of the pyramid's maps; a multiple of 32", kAtLeastOne});
  visitor.field(
      {"num_convs", &o.num_convs, "convolutions of each tower of the head", kNonNegative});
  visitor.field({"scale_factors", &o.scale_factors,
                 "maps of the pyramid over a plain ViT, in units of the patches' grid: of 4, 2, 1, "
                 "0.5, the finest first",
                 kPositive});
  visitor.field(
      {"extra_level", &o.extra_level,
       "for large objects: one more map, of every second cell of the coarsest; over the stages of "
       "a convolutional network two, P6 and P7"});
  visitor.field({"points",
                 &o.points,
                 "what cells look from: their centre, or their corner as torchvision has it",
                 {},
                 {"centre", "corner"}});
  visitor.field({"center_radius", &o.center_radius,
                 "strides from a box's centre within which cells answer for it", kPositive});
  visitor.field(
      {"score_threshold", &o.score_threshold, "objects below it are not found", kProbability});
  visitor.field({"candidates", &o.candidates, "boxes of each map that are looked at for duplicates",
                 kAtLeastOne});
  visitor.field({"nms", &o.nms,
                 "overlap from which on the less sure of two boxes of a class is a duplicate",
                 kProbability});
}

FCOS::FCOS(std::shared_ptr<ImageModel> backbone, const FCOSOptions& options,
           std::int64_t num_classes)
    : options_(options), backbone_(std::move(backbone)) {
  const std::vector<std::int64_t> widths = backbone_->widths();
  if (widths.empty()) (void)backbone_->features({});  // says that it has none
  register_module("backbone", std::shared_ptr<torch::nn::Module>(backbone_, &backbone_->module()));
  const std::int64_t last = backbone_->num_layers() - 1;
  if (has_stages(*backbone_)) {
    layers_ = {last - 2, last - 1, last};
    pyramid_ = std::make_shared<FeaturePyramidNetwork>(
        FeaturePyramidNetworkOptions{.in_channels = {widths.end() - 3, widths.end()},
                                     .stride = backbone_->stride().height / 4,
                                     .out_channels = options.channels,
                                     .p6p7 = options.extra_level});
  } else {
    layers_ = {last};
    pyramid_ =
        std::make_shared<SimplePyramid>(SimplePyramidOptions{.in_channels = widths.back(),
                                                             .stride = backbone_->stride().height,
                                                             .out_channels = options.channels,
                                                             .scale_factors = options.scale_factors,
                                                             .extra_level = options.extra_level});
  }
  register_module("fpn", std::shared_ptr<torch::nn::Module>(pyramid_, &pyramid_->module()));
  head_ = register_module(
      "head", std::make_shared<FCOSHead>(FCOSHeadOptions{.in_channels = pyramid_->out_channels(),
                                                         .num_classes = num_classes,
                                                         .num_convs = options.num_convs}));
}

void FCOS::init_weights(std::uint64_t seed) {
  backbone_->init_weights(seed);
  init_head(seed);
}

void FCOS::init_head(std::uint64_t seed) {
  pyramid_->init_weights(seed);
  head_->init_weights(seed);
}

std::vector<std::string> FCOS::no_weight_decay() const {
  return names_of_part("backbone", backbone_->no_weight_decay());
}

std::vector<LayerRule> FCOS::layer_rules() const {
  return rules_of_part("backbone", backbone_->layer_rules());
}

FCOS::Maps FCOS::features(const torch::Tensor& x) {
  Maps maps;
  for (const Features& layer : backbone_->features(x, {.layers = layers_}))
    maps.push_back(layer.map());
  return maps;
}

FCOS::Seen FCOS::see(const Maps& features, Size2 input) {
  const Maps levels = pyramid_of(features);
  std::vector<Size2> sizes;
  for (const torch::Tensor& map : levels) sizes.push_back(map_size(map));
  return {head_->forward(levels),
          fcos_cells(input, sizes, pyramid_->strides(), options_.points == "centre",
                     features.front().options())};
}

NamedTensors FCOS::forward(const torch::Tensor& x) {
  const FCOSOutputs outputs = see(features(x), map_size(x)).outputs;
  return {{"cls_logits", outputs.cls_logits},
          {"bbox_regression", outputs.bbox_regression},
          {"bbox_ctrness", outputs.bbox_ctrness}};
}

DetectorLoss FCOS::loss(const torch::Tensor& x, const std::vector<ObjectTargets>& targets) {
  return loss_of(features(x), map_size(x), targets);
}

DetectorLoss FCOS::loss_of(const Maps& features, Size2 input,
                           const std::vector<ObjectTargets>& targets) {
  const Seen seen = see(features, input);
  return fcos_loss(seen.outputs, seen.cells, targets, options_.center_radius);
}

torch::Tensor FCOS::candidates(const torch::Tensor& x) {
  return candidates_of(features(x), map_size(x));
}

torch::Tensor FCOS::candidates_of(const Maps& features, Size2 input) {
  const auto [outputs, cells] = see(features, input);
  const std::int64_t classes = outputs.cls_logits.size(2);
  const torch::Tensor scores = (outputs.cls_logits.to(torch::kFloat32).sigmoid() *
                                outputs.bbox_ctrness.to(torch::kFloat32).sigmoid())
                                   .sqrt();  // [B, N, K]
  const torch::Tensor right_bottom =
                          torch::tensor({input.width, input.height}, cells.points.options()),
                      most = at::cat({right_bottom, right_bottom});
  const torch::Tensor boxes =
      boxes_of_sides(outputs.bbox_regression, cells).clamp_min(0).minimum(most);
  std::vector<torch::Tensor> rows;
  std::int64_t first = 0;
  for (const std::int64_t count : cells.levels) {
    const torch::Tensor of_level = scores.narrow(1, first, count).flatten(1);  // [B, n K]
    auto [best, place] = of_level.topk(std::min(options_.candidates, count * classes), 1);
    const torch::Tensor cell = place.div(classes, "floor").unsqueeze(2).expand({-1, -1, 4});
    const torch::Tensor sure = best.where(best > options_.score_threshold, torch::zeros_like(best));
    rows.push_back(at::cat({boxes.narrow(1, first, count).gather(1, cell), sure.unsqueeze(2),
                            place.remainder(classes).unsqueeze(2).to(torch::kFloat32)},
                           2));
    first += count;
  }
  const torch::Tensor all = at::cat(rows, 1);  // [B, M, 6]
  const torch::Tensor order =
      all.select(2, 4).argsort(/*stable=*/true, /*dim=*/1, /*descending=*/true);
  return all.gather(1, order.unsqueeze(2).expand({-1, -1, 6}));
}

DetectorLoss fcos_loss(const FCOSOutputs& outputs, const FCOSCells& cells,
                       const std::vector<ObjectTargets>& targets, double radius) {
  const std::int64_t classes = outputs.cls_logits.size(2);
  std::vector<torch::Tensor> labels, boxes;  // of each cell
  for (const ObjectTargets& image : targets) {
    const torch::Tensor object = assign_cells(cells, image.boxes, radius);  // [N]
    const torch::Tensor none = object < 0, known = object.clamp_min(0);
    if (image.boxes.size(0) == 0) {
      labels.push_back(object);
      boxes.push_back(torch::zeros({object.size(0), 4}, cells.points.options()));
      continue;
    }
    labels.push_back(image.labels.index_select(0, known).masked_fill(none, -1));
    boxes.push_back(image.boxes.to(torch::kFloat32).index_select(0, known));
  }
  const torch::Tensor label = torch::stack(labels), box = torch::stack(boxes);  // [B, N], [B, N, 4]
  const torch::Tensor answers = label >= 0;
  const double count = std::max<double>(1, answers.sum().item<double>());
  const torch::Tensor wanted =
      at::one_hot(label.clamp_min(0), classes).to(torch::kFloat32) * answers.unsqueeze(2);
  const torch::Tensor logits = outputs.cls_logits.to(torch::kFloat32);
  const torch::Tensor by_class = sigmoid_focal_loss(logits, wanted).sum() / count;

  const torch::Tensor where = answers.flatten().nonzero().squeeze(1);
  const auto chosen = [&](const torch::Tensor& of_cells) {
    return of_cells.flatten(0, 1).index_select(0, where);
  };
  const torch::Tensor found = chosen(boxes_of_sides(outputs.bbox_regression, cells)),
                      truth = chosen(box);
  const torch::Tensor giou = (1 - box_giou(found, truth)).sum() / count;
  const torch::Tensor central =
      at::binary_cross_entropy_with_logits(
          chosen(outputs.bbox_ctrness.to(torch::kFloat32)).squeeze(1),
          centerness(chosen(sides_of_boxes(box, cells))), {}, {}, at::Reduction::Sum) /
      count;
  return {
      by_class + giou + central,
      {{"class", by_class.detach()}, {"giou", giou.detach()}, {"centerness", central.detach()}}};
}

}  // namespace vit
