#include "vit/train/figures.h"

#include <algorithm>

#include "vit/core/error.h"

namespace vit {
namespace {

double mean_loss(const TrainingState& state) {
  return state.loss_sum / static_cast<double>(std::max<std::int64_t>(state.samples, 1));
}

std::optional<double> train_top1(const TrainingState& state) {
  if (state.correct < 0 || state.samples == 0) return std::nullopt;
  return 100.0 * static_cast<double>(state.correct) / static_cast<double>(state.samples);
}

}  // namespace

double Figures::images_per_s() const {
  return static_cast<double>(images) / std::max(times.total, 1e-9);
}

BatchEvent Figures::batch(const TrainingState& state, double lr) const {
  BatchEvent event;
  event.epoch = state.epoch + 1;
  event.epochs = epochs_;
  event.batch = state.batch;
  event.batches = plan_.batches();
  event.update = state.update;
  event.loss = mean_loss(state);
  event.train_top1 = train_top1(state);
  event.images_per_s = images_per_s();
  const std::int64_t batches_left = (epochs_ - state.epoch) * plan_.batches() - state.batch;
  event.seconds_left =
      static_cast<double>(batches_left * plan_.loader().batch_size) / event.images_per_s;
  event.lr = lr;
  return event;
}

EpochEvent Figures::epoch(const TrainingState& state,
                          std::vector<std::pair<std::string, double>> metrics) const {
  VIT_ASSERT(!metrics.empty());
  EpochEvent event;
  event.best = is_better(better_, metrics.front().second, state.best_metric);
  event.metrics = std::move(metrics);
  event.epoch = state.epoch + 1;
  event.epochs = epochs_;
  event.update = state.update;
  event.train_loss = mean_loss(state);
  event.train_top1 = train_top1(state);
  event.images_per_s = images_per_s();
  event.overhead = times.overhead();
  return event;
}

}  // namespace vit
