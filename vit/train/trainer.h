#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "vit/augment/pipeline.h"
#include "vit/data/dataset.h"
#include "vit/data/loader.h"
#include "vit/models/image_model.h"
#include "vit/optim/optimizer.h"
#include "vit/optim/options.h"
#include "vit/optim/schedule.h"
#include "vit/tasks/task.h"
#include "vit/train/observer.h"
#include "vit/train/options.h"
#include "vit/train/training_state.h"

namespace vit {

/// Everything that a run is made of; the trainer owns none of it.
struct TrainingParts {
  ImageModel& model;
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
};

enum class CheckpointKind { last, best };

/// What the trainer asks of its surroundings.
struct TrainingHooks {
  /// Saves weights, optimizer and this state.
  std::function<void(CheckpointKind, const TrainingState&)> save;
  /// Set (by a signal handler) when the run is to stop at the next update.
  const std::atomic<bool>* stop = nullptr;
  std::vector<Observer*> observers;
};

enum class TrainingEnd { complete, stopped };

/// Trains from `state` to the last epoch, or until it is told to stop; `state` is kept up to date.
/// A run is a function of its parts and seed alone: stopped and resumed, it takes the same steps.
///
/// Throws Error (numerical) where the loss is not finite, and Error (data) for a picture that
/// cannot be read; the last checkpoint is as it was.
TrainingEnd train(TrainingParts& parts, TrainingState& state, const TrainingHooks& hooks);

/// One pass of `evaluation` over a data set, with the model in evaluation mode.
void run_evaluation(Evaluation& evaluation, ImageModel& model, const Dataset& data,
                    const Pipeline& pipeline, const LoaderOptions& loader, c10::Device device,
                    const std::string& amp);

}  // namespace vit
