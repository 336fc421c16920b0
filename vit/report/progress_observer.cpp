#include "vit/report/progress_observer.h"

namespace vit {

void ProgressObserver::on_batch(const BatchEvent& event) {
  StepStatus status;
  status.epoch = event.epoch;
  status.epochs = event.epochs;
  status.step = event.batch;
  status.steps = event.batches;
  status.loss = event.loss;
  status.parts = event.parts;
  status.images_per_s = event.images_per_s;
  status.seconds_left = event.seconds_left;
  status.losses = losses_.values();
  status.wait_share = event.wait_share;
  status.memory = event.memory;
  status.evaluating = event.batch == event.batches;
  progress_.step(status);
}

EpochSummary epoch_summary(const EpochEvent& event) {
  EpochSummary summary;
  summary.epoch = event.epoch;
  summary.epochs = event.epochs;
  summary.train_loss = event.train_loss;
  summary.metrics = event.metrics;
  summary.images_per_s = event.images_per_s;
  summary.seconds = event.seconds;
  summary.best = event.best;
  return summary;
}

void ProgressObserver::on_epoch(const EpochEvent& event) { progress_.epoch(epoch_summary(event)); }

}  // namespace vit
