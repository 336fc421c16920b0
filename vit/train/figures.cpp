#include "vit/train/figures.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/train/memory.h"

namespace vit {
namespace {

double mean_loss(const TrainingState& state) {
  return state.loss_sum / static_cast<double>(std::max<std::int64_t>(state.samples, 1));
}

}  // namespace

double Figures::images_per_s() const {
  return static_cast<double>(images) / std::max(times.total, 1e-9);
}

BatchEvent Figures::batch(const TrainingState& state, double lr) {
  constexpr double kMemorySeconds = 0.5;
  if (memory_ == 0 || since_memory_.seconds() > kMemorySeconds) {
    memory_ = device_.is_cpu() ? resident_memory() : peak_memory(device_);
    since_memory_ = Stopwatch();
  }
  BatchEvent event;
  event.wait_share = times.total > 0 ? std::min(1.0, times.wait / times.total) : 0;
  event.memory = memory_;
  event.epoch = state.epoch + 1;
  event.epochs = epochs_;
  event.batch = state.batch;
  event.batches = plan_.batches();
  event.update = state.update;
  event.loss = mean_loss(state);
  event.parts = parts(state);
  event.images_per_s = images_per_s();
  const std::int64_t batches_left = (epochs_ - state.epoch) * plan_.batches() - state.batch;
  event.seconds_left =
      static_cast<double>(batches_left * plan_.loader().batch_size) / event.images_per_s;
  event.lr = lr;
  return event;
}

Metrics Figures::parts(const TrainingState& state) const {
  Metrics means;
  for (const Metric& known : parts_)
    if (const auto sum = state.parts.find(known.name);
        sum != state.parts.end() && state.samples > 0) {
      means.push_back(known);
      means.back().value = sum->second / static_cast<double>(state.samples);
    }
  return means;
}

EpochEvent Figures::epoch(const TrainingState& state, Metrics metrics, double seconds) const {
  VIT_ASSERT(!metrics.empty());
  EpochEvent event;
  event.best = is_better(metrics.front().better, metrics.front().value, state.best_metric);
  event.metrics = std::move(metrics);
  event.epoch = state.epoch + 1;
  event.epochs = epochs_;
  event.update = state.update;
  event.train_loss = mean_loss(state);
  event.parts = parts(state);
  event.images_per_s = images_per_s();
  event.overhead = times.overhead();
  event.seconds = seconds;
  event.time = {.wait = times.wait,
                .forward = times.forward,
                .backward = times.backward,
                .update = times.update,
                .other = std::max(
                    0.0, times.total - times.wait - times.forward - times.backward - times.update),
                .evaluation = std::max(0.0, seconds - times.total)};
  return event;
}

}  // namespace vit
