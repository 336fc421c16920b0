#include "vit/tasks/dino/task.h"

#include <ATen/ops/cat.h>
#include <torch/utils.h>

#include <cmath>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/loss/self_distillation.h"
#include "vit/metrics/representation.h"
#include "vit/models/vit.h"
#include "vit/nn/beside.h"
#include "vit/optim/schedule.h"
#include "vit/tasks/dino/weights.h"
#include "vit/tasks/pretext_batch.h"
#include "vit/tasks/views.h"

namespace vit {
namespace {

/// A model like the student's, without stochastic depth.
std::shared_ptr<ImageModel> model_of_teacher(const DinoConfig& config, const TaskContext& context) {
  return create_model(config.model(context.spec));
}

/// -sum p log p of the last axis, mean over the rest.
torch::Tensor entropy(const torch::Tensor& probabilities) {
  return -(probabilities * probabilities.clamp_min(1e-12).log()).sum(-1).mean();
}

/// The teacher collapses in two ways (Caron et al. 2021, section 5.3): one prototype takes all, or
/// all have the same share of every image. Either way images are told apart no more.
void warn_of_collapse(std::int64_t epoch, double entropy_of_each, double used,
                      std::int64_t prototypes) {
  constexpr double kOnePrototype = 1.5, kFlat = 0.98;
  const bool one = used < kOnePrototype;
  if (!one && entropy_of_each < kFlat * std::log(static_cast<double>(prototypes))) return;
  log::warn(vit::str("the teacher has collapsed in epoch ", epoch + 1, ": ",
                     one ? "one prototype takes every image: set task.centering to centering or "
                           "sinkhorn_knopp"
                         : "every image is spread over all prototypes alike: lower "
                           "task.teacher_temp"));
}

}  // namespace

DinoTask::DinoTask(const DinoConfig& config, const TaskContext& context)
    : config_(config),
      input_(context.input),
      classes_(context.classes),
      seed_(context.seed),
      train_collator_(config_.collator(Split::train, {})),
      val_collator_(config_.collator(Split::val, {})) {
  if (config_.options.ibot_weight > 0 &&
      dynamic_cast<VisionTransformerImpl*>(context.model.get()) == nullptr)
    throw Error(ErrorKind::usage, "task.ibot_weight", "masks patches, and this model has none",
                "set it to 0, or choose a ViT");
  network_ = std::make_shared<DinoNetwork>(context.model, model_of_teacher(config_, context),
                                           config_.options);
  network_->init_parts(context.seed);
  if (context.training == nullptr) return;
  views_ = context.training->augment.multi_crop;
  require_views(*context.training, input_.img_size, *context.model);
  updates_per_epoch_ = context.training->updates_per_epoch;
  total_updates_ = context.training->epochs * updates_per_epoch_;
}

DinoTask::Seen DinoTask::see(ImageModel& model, const std::vector<torch::Tensor>& views,
                             const torch::Tensor& mask) {
  if (config_.options.ibot_weight == 0)
    return {of_views(views, [&](const torch::Tensor& images) { return model.forward(images); }),
            {}};
  Seen seen;
  bool first = true;  // the global views come first, and are of one size
  seen.pooled = of_views(views, [&](const torch::Tensor& images) {
    if (!std::exchange(first, false)) return model.forward(images);
    FeatureRequest request;
    if (mask.defined()) {
      request.mask = mask;
      request.mask_token = network_->mask_token;
    }
    const Features features = model.features(images, request).front();
    seen.patches = features.tokens.slice(1, features.prefix);
    return model.forward_head(features.tokens);
  });
  return seen;
}

torch::Tensor DinoTask::distribution(const torch::Tensor& logits, const KeptCentre& centre,
                                     double temperature) const {
  const std::string& centering = config_.options.centering;
  if (centering == "sinkhorn_knopp") return sinkhorn_knopp(logits, temperature);
  return centred_softmax(
      logits, centering == "none" ? torch::zeros_like(centre.center) : centre.center, temperature);
}

TaskStep DinoTask::step(const Batch& batch) {
  const DinoOptions& o = config_.options;
  const auto& place = batch.annotations_as<PretextBatch>();
  const std::int64_t images = batch.samples(), global = views_.global.crops;
  const std::vector<torch::Tensor> global_views(batch.views.begin(), batch.views.begin() + global);
  const bool masks = o.ibot_weight > 0;
  torch::Tensor mask;  // [G B, N]
  if (masks) {
    const Size2 size = views_.global.size, patch = network_->backbone().stride();
    mask = beside(
        block_masks(o.ibot, global * images, {size.height / patch.height, size.width / patch.width},
                    Rng(seed_, Stream::batch, static_cast<std::uint64_t>(place.epoch),
                        static_cast<std::uint64_t>(place.number))),
        batch.images);
  }
  const double temperature = teacher_temperature(o, place.epoch);
  torch::Tensor taught, taught_patches;  // [G, B, K], [M, K]
  {
    const torch::NoGradGuard no_grad;
    network_->teacher().module().eval();  // no dropout, no stochastic depth
    network_->teacher_head->eval();
    const Seen seen = see(network_->teacher(), global_views, {});
    const torch::Tensor logits = network_->teacher_head(seen.pooled.flatten(0, 1));  // [G B, K]
    taught = distribution(logits, *network_->dino_centre, temperature).unflatten(0, {global, -1});
    next_centre_ = moved_centre(network_->dino_centre->center, logits, o.center_momentum);
    if (masks && mask.any().item<bool>()) {
      const torch::Tensor of_masked =
          network_->teacher_head(seen.patches.flatten(0, 1).index({mask.flatten()}));
      taught_patches = distribution(of_masked, *network_->ibot_centre, temperature);
      next_ibot_centre_ = moved_centre(network_->ibot_centre->center, of_masked, o.center_momentum);
    }
  }
  const bool last_layer_learns = place.epoch >= o.freeze_last_layer;
  const Seen seen = see(network_->backbone(), batch.views, mask);
  const torch::Tensor logits =
      network_->head(seen.pooled.flatten(0, 1), last_layer_learns).unflatten(0, {-1, images});
  const torch::Tensor dino = dino_loss(logits, taught, o.student_temp);
  TaskStep step{.loss = dino, .parts = {}};
  const torch::Tensor entropy_of_each = entropy(taught);
  const torch::Tensor used = entropy(taught.flatten(0, 1).mean(0)).exp();
  if (place.number + 1 == updates_per_epoch_)
    warn_of_collapse(place.epoch, entropy_of_each.item<double>(), used.item<double>(),
                     taught.size(2));
  step.parts = {
      {"teacher_entropy", entropy_of_each},
      {"kl", (dino - entropy_of_each).detach()},
      {"prototypes_used", used},
      {"alignment", torch::tensor(alignment(seen.pooled[0], seen.pooled[1]), torch::kFloat64)}};
  if (taught_patches.defined()) {
    const torch::Tensor of_masked =
        network_->head(seen.patches.flatten(0, 1).index({mask.flatten()}), last_layer_learns);
    const torch::Tensor ibot = ibot_loss(of_masked, taught_patches, mask, o.student_temp);
    step.loss = step.loss + ibot * o.ibot_weight;
    step.parts.emplace_back("ibot", ibot.detach());
  }
  if (o.koleo_weight > 0) {
    torch::Tensor koleo;  // of each view's features, before the head
    for (std::int64_t view = 0; view < global; ++view) {
      const torch::Tensor one = koleo_loss(seen.pooled[view]);
      koleo = koleo.defined() ? koleo + one : one;
    }
    step.loss = step.loss + koleo * o.koleo_weight;
    step.parts.emplace_back("koleo", koleo.detach());
  }
  return step;
}

Metrics DinoTask::parts() const {
  Metrics parts{{.name = "teacher_entropy", .better = Better::neither},
                {.name = "kl", .better = Better::neither},
                {.name = "prototypes_used", .better = Better::neither},
                {.name = "alignment", .better = Better::smaller}};
  if (config_.options.ibot_weight > 0) parts.push_back({.name = "ibot", .better = Better::smaller});
  if (config_.options.koleo_weight > 0)
    parts.push_back({.name = "koleo", .better = Better::smaller});
  return parts;
}

void DinoTask::after_update(std::int64_t update) {
  network_->move_teacher(cosine_between(config_.options.momentum_teacher,
                                        config_.options.momentum_teacher_end, update,
                                        total_updates_));
  const torch::NoGradGuard no_grad;
  if (next_centre_.defined()) network_->dino_centre->center.copy_(next_centre_);
  if (next_ibot_centre_.defined()) network_->ibot_centre->center.copy_(next_ibot_centre_);
  next_centre_ = next_ibot_centre_ = torch::Tensor();
}

std::unique_ptr<Predictor> DinoTask::predictor() {
  return config_.predictor(exported().forward, input_, classes_, {});
}

std::unique_ptr<Evaluation> DinoTask::evaluation() const { return config_.evaluation(classes_); }

ExportedGraph DinoTask::exported() {
  return {&network_->teacher().module(),
          [network = network_](const torch::Tensor& images) {
            return network->teacher().forward(images);
          },
          input_.img_size, input_.in_chans, "embedding"};
}

LoadReport DinoTask::load(const std::filesystem::path& checkpoint) {
  return load_dino(*network_, checkpoint);
}

LoadReport DinoTask::load_backbone(const std::filesystem::path& weights) {
  return load_dino_backbone(*network_, weights);
}

Batch DinoTask::random_batch(std::int64_t size, std::uint64_t seed) const {
  return random_views(views_, input_.in_chans, size, seed);
}

}  // namespace vit
