#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vit/core/metric.h"
#include "vit/report/histogram.h"

namespace vit {

/// Where a run is, after a batch. Epochs and batches count from 1 here, as people do.
struct BatchEvent {
  std::int64_t epoch = 0, epochs = 0;
  std::int64_t batch = 0, batches = 0;  ///< within the epoch
  std::int64_t update = 0;              ///< of the weights, in the whole run
  double loss = 0;                      ///< mean of the epoch so far
  Metrics parts;                        ///< what else the task's step tells, means as well
  double images_per_s = 0;
  double seconds_left = 0;  ///< of the whole run, about
  double lr = 0;
  double wait_share = 0;  ///< of the epoch's time so far that went by waiting for data
  double memory = 0;      ///< bytes that the process has, or the GPU's tensors; 0: not known
};

/// An update of the weights, or of one that was not finite the attempt.
struct UpdateEvent {
  std::int64_t update = 0;                         ///< counted from 0
  std::int64_t epoch = 0, batch = 0, batches = 0;  ///< of its first batch, counted from 1
  double loss = 0;                                 ///< mean over its samples
  double grad_norm = 0;                            ///< before clipping
  double lr = 0;
  std::vector<std::int64_t> samples;  ///< positions in the training data
};

/// Where the seconds of an epoch went.
struct TimeSplit {
  double wait = 0;  ///< for data
  double forward = 0, backward = 0, update = 0;
  double other = 0;  ///< of the training part
  double evaluation = 0;
};

/// A finished epoch.
struct EpochEvent {
  std::int64_t epoch = 0, epochs = 0;
  std::int64_t update = 0;
  double train_loss = 0;
  Metrics parts;    ///< of training, as in BatchEvent
  Metrics metrics;  ///< of the evaluation
  double lr = 0;
  double images_per_s = 0;  ///< of the training part
  double seconds = 0;       ///< of the epoch with its evaluation
  /// Share of the training part outside forward, backward and update: waiting for data, above all.
  double overhead = 0;
  TimeSplit time{};
  bool best = false;                 ///< the best so far
  std::vector<Histogram> weights{};  ///< of each tensor that learns, after the epoch
};

/// What the trainer tells of itself: progress bars, tables, TensorBoard and reports listen here.
/// Called from the training thread.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_batch(const BatchEvent& /*event*/) {}
  virtual void on_update(const UpdateEvent& /*event*/) {}
  /// Before the epoch's checkpoint is written.
  virtual void on_epoch(const EpochEvent& /*event*/) {}
  /// Something that a person should read now.
  virtual void on_note(const std::string& /*text*/) {}
};

}  // namespace vit
