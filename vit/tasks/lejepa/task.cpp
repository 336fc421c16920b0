#include "vit/tasks/lejepa/task.h"

#include <torch/utils.h>

#include <algorithm>

#include "vit/core/log.h"
#include "vit/core/str.h"
#include "vit/loss/sigreg.h"
#include "vit/metrics/representation.h"
#include "vit/nn/beside.h"
#include "vit/report/number.h"
#include "vit/tasks/pretext_batch.h"
#include "vit/tasks/views.h"

namespace vit {
LejepaNetwork::LejepaNetwork(std::shared_ptr<ImageModel> backbone, ProjectorOptions options)
    : BackboneNetwork(std::move(backbone), {"projector"}) {
  options.in_dim = pooled_width(this->backbone());
  projector = register_module("projector", Projector(options));
}

LejepaTask::LejepaTask(const LejepaConfig& config, const TaskContext& context)
    : config_(config),
      input_(context.input),
      classes_(context.classes),
      seed_(context.seed),
      network_(std::make_shared<LejepaNetwork>(context.model, config.options.projector)),
      train_collator_(config_.collator(Split::train, {})),
      val_collator_(config_.collator(Split::val, {})) {
  network_->init_parts(context.seed);
  if (context.training == nullptr) return;
  views_ = context.training->augment.multi_crop;
  updates_per_epoch_ = context.training->updates_per_epoch;
  require_views(*context.training, input_.img_size, *context.model);
}

TaskStep LejepaTask::step(const Batch& batch) {
  const auto& place = batch.annotations_as<PretextBatch>();
  const torch::Tensor features = of_views(batch.views, [&](const torch::Tensor& images) {
    return network_->backbone().forward(images);
  });  // [V, B, D]
  const std::int64_t views = features.size(0);
  const torch::Tensor projected =
      network_->projector(features.flatten(0, 1)).unflatten(0, {views, -1});  // [V, B, P]
  const torch::Tensor directions =
      beside(sigreg_directions(seed_, place.epoch, place.number, projected.size(2),
                               config_.options.directions),
             projected);
  const std::int64_t centre = config_.options.centre == "all" ? views : views_.global.crops;
  const LejepaLoss loss = lejepa_loss(projected, directions, config_.options.lambda, centre);
  const double aligned = alignment(features[0], features[1]);
  // What the loss sees collapses before the features do, which the projector shields.
  constexpr double kLeastProjectedRank = 5;
  constexpr std::int64_t kLeastRows = 10;
  const torch::Tensor rows = projected.detach().flatten(0, 1);
  const double rank = effective_rank(rows);
  if (place.number + 1 == updates_per_epoch_ && rank < kLeastProjectedRank &&
      std::min(rows.size(0), rows.size(1)) >= kLeastRows)
    log::warn(vit::str("the projected features have collapsed: in epoch ", place.epoch + 1,
                       " their effective rank is ", fixed(rank, 1), " of at most ",
                       std::min(rows.size(0), rows.size(1)), " (below 5): raise task.lambda"));
  return {.loss = loss.loss,
          .parts = {{"invariance", loss.invariance.detach()},
                    {"sigreg", loss.sigreg.detach()},
                    {"alignment", torch::tensor(aligned, torch::kFloat64)},
                    {"projected_rank", torch::tensor(rank, torch::kFloat64)}}};
}

Metrics LejepaTask::parts() const {
  return {{.name = "invariance", .better = Better::smaller},
          {.name = "sigreg", .better = Better::smaller},
          {.name = "alignment", .better = Better::smaller},
          {.name = "projected_rank", .better = Better::larger}};
}

std::unique_ptr<Predictor> LejepaTask::predictor() {
  return config_.predictor(exported().forward, input_, classes_, {});
}

std::unique_ptr<Evaluation> LejepaTask::evaluation() const { return config_.evaluation(classes_); }

ExportedGraph LejepaTask::exported() {
  return {&network_->backbone().module(),
          [network = network_](const torch::Tensor& images) {
            return network->backbone().forward(images);
          },
          input_.img_size, input_.in_chans, "embedding"};
}

LoadReport LejepaTask::load(const std::filesystem::path& checkpoint) {
  return load_all(*network_, checkpoint);
}

Batch LejepaTask::random_batch(std::int64_t size, std::uint64_t seed) const {
  return random_views(views_, input_.in_chans, size, seed);
}

}  // namespace vit
