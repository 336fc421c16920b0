#include "vit/tasks/detect/rf_detr.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/core/error.h"
#include "vit/loss/box_ops.h"
#include "vit/models/network_part.h"
#include "vit/nn/initial_weights.h"
#include "vit/nn/random.h"
#include "vit/tasks/detect/rf_detr_boxes.h"
#include "vit/tasks/detect/rf_detr_init.h"
#include "vit/tasks/detect/rf_detr_weights.h"
#include "vit/tasks/detect/rf_detr_windows.h"

namespace vit {
namespace {

VisionTransformerImpl* windowed_model(ImageModel& backbone) {
  auto* model = dynamic_cast<VisionTransformerImpl*>(&backbone);
  if (model == nullptr)
    throw Error(ErrorKind::usage, "task.head",
                "rf_detr sees the image in windows of a Vision Transformer's tokens, and the model "
                "is none",
                "choose a plain ViT (model.name: vit_small_patch14_dinov2), or task.head: fcos");
  check_windows_fit(*model);
  return model;
}

/// The first `count` rows of each of the first `groups` groups, [1, groups count, D].
torch::Tensor rows_of(const QueryTable& table, const RfDetrOptions& options, std::int64_t groups,
                      std::int64_t count) {
  return table->weight.unflatten(0, {options.group_detr, options.num_queries})
      .slice(0, 0, groups)
      .slice(1, 0, count)
      .flatten(0, 1)
      .unsqueeze(0);
}

std::vector<RfDetrObjects> centred_objects(const std::vector<ObjectTargets>& targets,
                                           const torch::Tensor& x) {
  const auto height = static_cast<float>(x.size(2)), width = static_cast<float>(x.size(3));
  const torch::Tensor size = torch::tensor({width, height, width, height}).to(x.device());
  std::vector<RfDetrObjects> objects;
  for (const ObjectTargets& image : targets)
    objects.push_back({centred_of(image.boxes.to(x.device(), torch::kFloat32)) / size,
                       image.labels.to(x.device()),
                       image.masks.defined() ? image.masks.to(x.device()) : torch::Tensor()});
  return objects;
}

Size2 size_of(const torch::Tensor& x) { return {x.size(2), x.size(3)}; }

}  // namespace

QueryTableImpl::QueryTableImpl(std::int64_t rows_, std::int64_t width_)
    : rows(rows_), width(width_) {
  reset();
}

void QueryTableImpl::reset() {
  weight = register_parameter("weight", torch::empty({rows, width}));
  start_token(weight, 1.0);
}

RfDetr::RfDetr(std::shared_ptr<ImageModel> backbone, const RfDetrOptions& options,
               std::int64_t num_classes)
    : backbone_(std::move(backbone)),
      vit_(windowed_model(*backbone_)),
      options_(resolved(options, backbone_->num_layers())),
      num_classes_(num_classes) {
  const std::int64_t width = options_.hidden_dim;
  const std::int64_t queries = options_.group_detr * options_.num_queries;
  const auto features = static_cast<std::int64_t>(options_.out_feature_indexes.size());
  // The backbone is owned by the pointer to the model; its module is a part of it.
  register_module("backbone", std::shared_ptr<torch::nn::Module>(backbone_, &backbone_->module()));
  {
    const InitialWeights unset = InitialWeights::unset();
    projector = register_module(
        "projector",
        RfDetrProjector(C2fOptions{features * backbone_->widths().front(), width,
                                   options_.projector_blocks, options_.projector_norm_eps}));
    transformer = register_module("transformer", RfDetrTransformer(options_, num_classes));
    class_embed = register_module("class_embed", Linear(LinearOptions{width, num_classes}));
    bbox_embed =
        register_module("bbox_embed", DetrMlp(std::vector<std::int64_t>{width, width, width, 4}));
    refpoint_embed = register_module("refpoint_embed", QueryTable(queries, 4));
    query_feat = register_module("query_feat", QueryTable(queries, width));
    if (options_.masks)
      segmentation_head = register_module(
          "segmentation_head", RfDetrMaskHead(MaskHeadOptions{width, options_.dec_layers,
                                                              options_.mask_downsample_ratio}));
  }
  if (std::optional<Rng> rng = InitialWeights::next()) init_head(rng->u64());
}

void RfDetr::init_weights(std::uint64_t seed) {
  backbone_->init_weights(seed);
  init_head(seed);
}

void RfDetr::init_head(std::uint64_t seed) { init_rf_detr_head(*this, seed); }

std::vector<std::string> RfDetr::no_weight_decay() const {
  return names_of_part("backbone", backbone_->no_weight_decay(), {"backbone.patch_embed.*"});
}

std::vector<LayerRule> RfDetr::layer_rules() const {
  // The final norm learns as fast as what comes behind it, in the repository.
  return {{0,
           "^backbone\\.(?:cls_token|dist_token|reg_token|pos_embed|patch_embed|norm_pre)",
           {},
           false},
          {1, "^backbone\\.blocks\\.(\\d+)", {}, false}};
}

std::vector<std::string> RfDetr::heads() const {
  std::vector<std::string> names{"projector",  "transformer",    "class_embed",
                                 "bbox_embed", "refpoint_embed", "query_feat"};
  if (segmentation_head) names.emplace_back("segmentation_head");
  return names;
}

std::vector<torch::Tensor> RfDetr::features(const torch::Tensor& x) {
  return windowed_features(*vit_, x, options_.out_feature_indexes, options_.num_windows);
}

RfDetrOutputs RfDetr::run(const torch::Tensor& x) {
  const torch::Tensor map = projector(torch::cat(features(x), 1));  // [B, D, h, w]
  const DecoderMemory memory{map.flatten(2).transpose(1, 2), {map.size(2), map.size(3)}};
  RfDetrOutputs outputs;
  outputs.map = map;
  outputs.groups = is_training() ? options_.group_detr : 1;
  const std::int64_t count =  // small images have fewer cells
      std::min(options_.num_queries, memory.grid.height * memory.grid.width);
  outputs.encoder = transformer->propose(memory, outputs.groups, count);
  outputs.references = refined_boxes(outputs.encoder.boxes.detach(),
                                     rows_of(refpoint_embed, options_, outputs.groups, count));
  const torch::Tensor queries = rows_of(query_feat, options_, outputs.groups, count);
  // The batch size is taken by expand_as, so that a trace works for every batch.
  const torch::Tensor like = memory.tokens.narrow(1, 0, 1).expand({-1, queries.size(1), -1});
  outputs.hidden = transformer->decoder(queries.expand_as(like).to(like.scalar_type()),
                                        outputs.references, memory, outputs.groups);
  return outputs;
}

RfDetrStage RfDetr::read(const torch::Tensor& hidden, const torch::Tensor& references) {
  return {class_embed(hidden).to(torch::kFloat32), refined_boxes(references, bbox_embed(hidden)),
          hidden};
}

std::vector<RfDetrStage> RfDetr::stages(const RfDetrOutputs& outputs, Size2 size) {
  std::vector<RfDetrStage> all{outputs.encoder};
  for (const torch::Tensor& hidden : outputs.hidden)
    all.push_back(read(hidden, outputs.references));
  if (!segmentation_head) return all;
  all.front().masks = segmentation_head->first_stage(outputs.map, outputs.encoder.features, size);
  std::vector<QueryMasks> masks = segmentation_head->forward(outputs.map, outputs.hidden, size);
  for (std::size_t i = 0; i < masks.size(); ++i) all[i + 1].masks = std::move(masks[i]);
  return all;
}

RfDetrStage RfDetr::last_stage(const torch::Tensor& x) {
  const RfDetrOutputs outputs = run(x);
  RfDetrStage last = read(outputs.hidden.back(), outputs.references);
  if (segmentation_head)
    last.masks = segmentation_head->last(outputs.map, outputs.hidden.back(), size_of(x));
  return last;
}

NamedTensors RfDetr::forward(const torch::Tensor& x) {
  const RfDetrStage last = last_stage(x);
  NamedTensors outputs{{"logits", last.logits}, {"pred_boxes", last.boxes}};
  if (last.masks.defined()) outputs.emplace_back("pred_masks", last.masks.logits());
  return outputs;
}

DetectorLoss RfDetr::loss(const torch::Tensor& x, const std::vector<ObjectTargets>& targets) {
  return loss(x, targets, draw_in_step(x.device()));
}

DetectorLoss RfDetr::loss(const torch::Tensor& x, const std::vector<ObjectTargets>& targets,
                          const DrawUniform& draw) {
  const RfDetrOutputs outputs = run(x);
  const std::vector<RfDetrObjects> objects = centred_objects(targets, x);
  std::int64_t count = 0;
  for (const RfDetrObjects& image : objects) count += image.labels.size(0);
  const double num_boxes = static_cast<double>(std::max<std::int64_t>(count * outputs.groups, 1));
  torch::Tensor classes, l1, giou, mask_ce, mask_dice;
  for (const RfDetrStage& stage : stages(outputs, size_of(x))) {
    const RfDetrLosses losses = rf_detr_losses(
        stage, objects, rf_detr_matching(stage, objects, options_, outputs.groups, draw), num_boxes,
        options_, draw);
    const auto add = [](torch::Tensor& sum, const torch::Tensor& part) {
      sum = sum.defined() ? sum + part : part;
    };
    add(classes, losses.classes * options_.cls_loss_coef);
    add(l1, losses.l1 * options_.bbox_loss_coef);
    add(giou, losses.giou * options_.giou_loss_coef);
    if (!losses.mask_ce.defined()) continue;
    add(mask_ce, losses.mask_ce * options_.mask_ce_loss_coef);
    add(mask_dice, losses.mask_dice * options_.mask_dice_loss_coef);
  }
  DetectorLoss loss{classes + l1 + giou,
                    {{"class", classes.detach()}, {"l1", l1.detach()}, {"giou", giou.detach()}}};
  if (!mask_ce.defined()) return loss;
  loss.total = loss.total + mask_ce + mask_dice;
  loss.parts.emplace_back("mask_ce", mask_ce.detach());
  loss.parts.emplace_back("mask_dice", mask_dice.detach());
  return loss;
}

std::vector<std::string> RfDetr::loss_parts() const {
  if (segmentation_head) return {"class", "l1", "giou", "mask_ce", "mask_dice"};
  return {"class", "l1", "giou"};
}

torch::Tensor RfDetr::candidates(const torch::Tensor& x) {
  const RfDetrStage last = last_stage(x);
  const torch::Tensor &logits = last.logits, &boxes = last.boxes;
  // The best of all pairs of a query and a class: a query may be there twice.
  const auto [scores, index] = logits.sigmoid().flatten(1).topk(boxes.size(1), 1);
  const torch::Tensor query = index.div(num_classes_, "floor").unsqueeze(-1);
  const torch::Tensor label = index.remainder(num_classes_);
  const auto height = static_cast<float>(x.size(2)), width = static_cast<float>(x.size(3));
  const torch::Tensor size = torch::tensor({width, height, width, height}).to(boxes.device());
  const torch::Tensor corners = corners_of(boxes) * size;
  std::vector<torch::Tensor> columns{corners.gather(1, query.expand({-1, -1, 4})),
                                     scores.unsqueeze(-1), label.unsqueeze(-1).to(torch::kFloat32)};
  if (last.masks.defined())
    columns.push_back(
        QueryMasks{last.masks.cells,
                   last.masks.queries.gather(1, query.expand({-1, -1, last.masks.queries.size(2)}))}
            .logits()
            .flatten(2));
  return torch::cat(columns, -1);
}

std::vector<std::vector<ObjectMatch>> RfDetr::matches(const torch::Tensor& x,
                                                      const std::vector<ObjectTargets>& targets) {
  const torch::NoGradGuard no_grad;
  const RandomScope always_the_same(Rng(0, Stream::model));
  const RfDetrOutputs outputs = run(x);
  const RfDetrStage last = stages(outputs, size_of(x)).back();
  const std::vector<RfDetrObjects> objects = centred_objects(targets, x);
  const torch::Tensor points = matching_points(last, options_, draw_in_step(x.device()));
  std::vector<std::vector<ObjectMatch>> found;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const CostParts costs = rf_detr_costs(last, i, objects[i], options_, points);
    const SetMatching pairs = match_sets(costs, outputs.groups);
    std::vector<ObjectMatch>& of_image = found.emplace_back();
    for (std::int64_t k = 0; k < pairs.queries.size(0); ++k) {
      ObjectMatch match{pairs.queries[k].item<std::int64_t>(),
                        pairs.objects[k].item<std::int64_t>()};
      for (const auto& [name, cost] : costs)
        match.costs.emplace_back(name, cost[match.query][match.object].item<double>());
      of_image.push_back(std::move(match));
    }
  }
  return found;
}

LoadReport RfDetr::load(const std::filesystem::path& weights,
                        const std::vector<std::string>& classes) {
  return load_rf_detr(*this, weights, classes);
}

std::shared_ptr<Detector> make_rf_detr(std::shared_ptr<ImageModel> backbone,
                                       const RfDetrOptions& options, std::int64_t num_classes) {
  return std::make_shared<RfDetr>(std::move(backbone), options, num_classes);
}

}  // namespace vit
