#include "vit/tasks/detect/yolos.h"

#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/loss/box_ops.h"
#include "vit/models/network_part.h"
#include "vit/nn/beside.h"
#include "vit/nn/dropout.h"
#include "vit/nn/grad_checkpoint.h"
#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"
#include "vit/tasks/detect/yolos_positions.h"

namespace vit {
namespace {

constexpr double kTokenDeviation = 0.02;

/// The backbone as a ViT to which tokens can be appended.
VisionTransformerImpl& plain_vit(ImageModel& backbone) {
  const auto refuse = [](const char* key, const std::string& what, const char* remedy) {
    throw Error(ErrorKind::usage, key, what, remedy);
  };
  auto* vit = dynamic_cast<VisionTransformerImpl*>(&backbone);
  if (vit == nullptr)
    refuse("model.name", "YOLOS appends its detection tokens to those of a ViT, and this is none",
           "choose a ViT (`vit models`), or task.head: fcos");
  const ViTOptions& options = vit->options;
  if (options.pos_embed != "learn" || options.rope_type != "none" || options.rel_pos != "none")
    refuse("model.pos_embed",
           "detection tokens have no place in a grid: they need positions that are learned and "
           "added, as they are in the plain ViT",
           "choose a ViT with model.pos_embed: learn, model.rope_type: none and model.rel_pos: "
           "none");
  if (options.patch_drop_rate > 0)
    refuse("model.patch_drop_rate", "YOLOS looks at all patches", "set it to 0");
  return *vit;
}

}  // namespace

void describe(FieldVisitor& visitor, YolosOptions& o) {
  visitor.field({"num_detection_tokens", &o.num_detection_tokens,
                 "tokens that each can find one object", kAtLeastOne});
  visitor.field({"use_mid_position_embeddings", &o.use_mid_position_embeddings,
                 "add learned positions again after each block but the last"});
  describe(visitor, o.loss);
}

Yolos::Yolos(std::shared_ptr<ImageModel> backbone, const YolosOptions& options,
             std::int64_t num_classes)
    : options_(options), backbone_(std::move(backbone)), vit_(&plain_vit(*backbone_)) {
  // The backbone is owned by the pointer to the model; its module is a part of it.
  register_module("backbone", std::shared_ptr<torch::nn::Module>(backbone_, &backbone_->module()));
  const std::int64_t dim = vit_->options.embed_dim, tokens = options_.num_detection_tokens;
  const auto learned = [&](const char* name, std::vector<std::int64_t> shape) {
    torch::Tensor parameter = register_parameter(name, torch::empty(shape));
    start_token(parameter, kTokenDeviation);
    return parameter;
  };
  det_token = learned("det_token", {1, tokens, dim});
  det_pos_embed = learned("det_pos_embed", {1, tokens, dim});
  const std::int64_t before = vit_->num_prefix_tokens() + vit_->patch_embed->num_patches();
  if (options_.use_mid_position_embeddings)
    mid_pos_embed = learned("mid_pos_embed", {vit_->options.depth - 1, 1, before + tokens, dim});
  class_embed_ =
      register_module("class_embed", DetrMlp(std::vector{dim, dim, dim, num_classes + 1}));
  bbox_embed_ = register_module("bbox_embed", DetrMlp(std::vector<std::int64_t>{dim, dim, dim, 4}));
}

void Yolos::init_weights(std::uint64_t seed) {
  backbone_->init_weights(seed);
  init_head(seed);
}

void Yolos::init_head(std::uint64_t seed) {
  Rng seeds(seed, Stream::init, 1);  // epoch 0 is the backbone's
  for (const torch::Tensor& token : {det_token, det_pos_embed, mid_pos_embed})
    if (token.defined()) init::trunc_normal(token, kTokenDeviation, Rng(seeds.u64(), Stream::init));
  for (DetrMlp& head : {std::ref(class_embed_), std::ref(bbox_embed_)})
    head->init_weights(seeds.u64());
}

std::vector<std::string> Yolos::no_weight_decay() const {
  // As its authors have it: mid_pos_embed decays.
  return names_of_part("backbone", backbone_->no_weight_decay(), {"det_token", "det_pos_embed"});
}

std::vector<LayerRule> Yolos::layer_rules() const {
  std::vector<LayerRule> rules = rules_of_part("backbone", backbone_->layer_rules());
  rules.insert(rules.begin(), {0, "^(?:det_token|det_pos_embed|mid_pos_embed)", {}, false});
  return rules;
}

torch::Tensor Yolos::embed(const torch::Tensor& patches, Size2 grid) {
  const ViTOptions& options = vit_->options;
  const torch::Tensor positions =
      beside(positions_for(vit_->pos_embed, vit_->num_embedded_prefix_tokens(), 0,
                           vit_->patch_embed->grid_size(), grid),
             patches);
  // The batch size is taken from `patches` by expand_as, so that a trace works for every batch.
  const auto expanded = [&](const torch::Tensor& token) {
    return token.expand_as(patches.narrow(1, 0, 1).expand({-1, token.size(1), -1}));
  };
  std::vector<torch::Tensor> tokens;
  for (const torch::Tensor& token : {vit_->cls_token, vit_->dist_token, vit_->reg_token})
    if (token.defined()) tokens.push_back(expanded(token));
  tokens.push_back(options.no_embed_class ? patches + positions : patches);
  torch::Tensor before = tokens.size() == 1 ? tokens[0] : torch::cat(tokens, 1);
  if (!options.no_embed_class) before = before + positions;
  const torch::Tensor all = torch::cat({before, expanded(det_token + det_pos_embed)}, 1);
  return vit::dropout(all, options.pos_drop_rate, is_training());
}

torch::Tensor Yolos::mid_positions(Size2 grid) {
  return positions_for(mid_pos_embed, vit_->num_prefix_tokens(), options_.num_detection_tokens,
                       vit_->patch_embed->grid_size(), grid);
}

torch::Tensor Yolos::detection_tokens(const torch::Tensor& x) {
  const Size2 grid = vit_->patch_embed->grid_of(x);
  torch::Tensor tokens = embed(vit_->patch_embed(x), grid);  // [B, prefix + N + Q, D]
  if (vit_->norm_pre) tokens = vit_->norm_pre(tokens);
  torch::Tensor mid;
  if (mid_pos_embed.defined()) mid = beside(mid_positions(grid), tokens);
  const bool again = vit_->blocks->grad_checkpointing && is_training();
  const std::vector<TransformerBlock*>& blocks = vit_->blocks->blocks;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const auto block = [each = blocks[i]](const torch::Tensor& in) {
      return each->forward(in, nullptr);
    };
    tokens = again ? grad_checkpoint(block, tokens) : block(tokens);
    if (mid.defined() && i + 1 < blocks.size()) tokens = tokens + mid[static_cast<std::int64_t>(i)];
  }
  const std::int64_t count = options_.num_detection_tokens;
  const torch::Tensor last = tokens.narrow(1, tokens.size(1) - count, count);
  return vit_->norm ? vit_->norm(last) : last;  // the norm is each token's own
}

DetrOutputs Yolos::outputs(const torch::Tensor& x) {
  const torch::Tensor tokens = detection_tokens(x);
  return {class_embed_(tokens).to(torch::kFloat32),
          bbox_embed_(tokens).to(torch::kFloat32).sigmoid()};
}

NamedTensors Yolos::forward(const torch::Tensor& x) {
  const DetrOutputs found = outputs(x);
  return {{"logits", found.logits}, {"pred_boxes", found.boxes}};
}

DetectorLoss Yolos::loss(const torch::Tensor& x, const std::vector<ObjectTargets>& targets) {
  return detr_loss(outputs(x), targets, {x.size(2), x.size(3)}, options_.loss);
}

std::vector<std::vector<ObjectMatch>> Yolos::matches(const torch::Tensor& x,
                                                     const std::vector<ObjectTargets>& targets) {
  const torch::NoGradGuard no_grad;
  return detr_matches(outputs(x), targets, {x.size(2), x.size(3)}, options_.loss);
}

torch::Tensor Yolos::candidates(const torch::Tensor& x) {
  const DetrOutputs found = outputs(x);
  const torch::Tensor p = found.logits.softmax(-1);
  const auto [scores, labels] = p.narrow(-1, 0, p.size(-1) - 1).max(-1);  // [B, Q]
  const torch::Tensor corners = corners_of(found.boxes);
  std::vector<torch::Tensor> columns;
  for (std::int64_t i = 0; i < 4; ++i)
    columns.push_back(corners.select(-1, i) * x.size(i % 2 == 0 ? 3 : 2));
  columns.push_back(scores);
  columns.push_back(labels.to(torch::kFloat32));
  const torch::Tensor rows = torch::stack(columns, -1);  // [B, Q, 6]
  const torch::Tensor order = scores.argsort(/*stable=*/true, /*dim=*/1, /*descending=*/true);
  return rows.gather(1, order.unsqueeze(-1).expand({-1, -1, 6}));
}

std::shared_ptr<Detector> make_yolos(std::shared_ptr<ImageModel> backbone,
                                     const YolosOptions& options, std::int64_t num_classes) {
  return std::make_shared<Yolos>(std::move(backbone), options, num_classes);
}

}  // namespace vit
