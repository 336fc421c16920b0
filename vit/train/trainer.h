#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "vit/augment/pipeline.h"
#include "vit/data/dataset.h"
#include "vit/data/loader.h"
#include "vit/optim/optimizer.h"
#include "vit/optim/options.h"
#include "vit/optim/schedule.h"
#include "vit/report/events.h"
#include "vit/train/batch_plan.h"
#include "vit/train/ema.h"
#include "vit/train/options.h"
#include "vit/train/task.h"
#include "vit/train/train_step.h"
#include "vit/train/training_state.h"
#include "vit/train/trouble.h"

namespace vit {

/// Everything that a run is made of; the trainer owns none of it.
struct TrainingParts {
  Task& task;
  Optimizer& optimizer;
  const Dataset& train_data;
  const Dataset& val_data;
  const Pipeline& train_pipeline;
  const Pipeline& val_pipeline;
  LoaderOptions loader;
  OptimOptions optim;
  ScheduleOptions schedule;
  TrainOptions train;
  c10::Device device;
  std::uint64_t seed = 0;
  Ema* ema = nullptr;
  /// The pipeline of an epoch, where it is not always train_pipeline.
  std::function<const Pipeline&(std::int64_t)> pipeline_of_epoch{};
};

enum class CheckpointKind { last, best, last_and_best };

/// What the trainer asks of its surroundings.
struct TrainingHooks {
  /// Saves weights, optimizer and this state; may go on reading the tensors until before_change.
  std::function<void(CheckpointKind, const TrainingState&)> save;
  /// Called before weights, averages or the optimizer's state change.
  std::function<void()> before_change;
  /// Keeps what is needed to take an update again that was not finite: the state before it.
  std::function<void(const UpdateEvent&, const TrainingState&)> save_trouble;
  /// Puts the weights, averages and optimizer state of the last checkpoint back; false where there
  /// is none.
  std::function<bool()> roll_back;
  /// The run stops once this many epochs are done, as if it were interrupted there; 0: at its end.
  std::int64_t pause_after = 0;
  /// Set (by a signal handler) when the run is to stop at the next update.
  const std::atomic<bool>* stop = nullptr;
  std::vector<Observer*> observers;
};

enum class TrainingEnd { complete, stopped };

/// Trains from `state` to the last epoch, or until it is told to stop; `state` is kept up to date.
/// A run is a function of its parts and seed alone: stopped and resumed, it takes the same steps.
///
/// Throws Error (numerical) where loss or gradients are not finite (unless train.on_nan says
/// otherwise), and Error (data) for a picture that cannot be read; the last checkpoint is as it
/// was.
TrainingEnd train(TrainingParts& parts, TrainingState& state, const TrainingHooks& hooks);

/// How a run of these parts cuts an epoch into batches, and batches into updates.
[[nodiscard]] BatchPlan training_plan(const TrainingParts& parts);

/// The schedule of a run of these parts.
[[nodiscard]] Schedule training_schedule(const TrainingParts& parts);

/// How the batches of an evaluation are read, where those of training are read so.
[[nodiscard]] LoaderOptions evaluation_loader(const LoaderOptions& training, c10::Device device);

/// What the forward passes of a run of these parts are computed in.
[[nodiscard]] std::string training_type(const TrainingParts& parts);

/// What one of its training steps works on.
[[nodiscard]] StepParts step_parts(const TrainingParts& parts);

/// One pass of `evaluation` over a data set, with the task's network in evaluation mode. False
/// where `stop` was set on the way.
bool run_evaluation(Evaluation& evaluation, Task& task, const Dataset& data,
                    const Pipeline& pipeline, const LoaderOptions& loader, c10::Device device,
                    const std::string& dtype, const std::atomic<bool>* stop = nullptr);
/// The same of batches that come from elsewhere, and of whatever predicts.
bool run_evaluation(Evaluation& evaluation, Predictor& predictor, BatchSource& batches,
                    c10::Device device, const std::string& dtype,
                    const std::atomic<bool>* stop = nullptr);

}  // namespace vit
