#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vit/augment/pipeline.h"
#include "vit/experiment/experiment.h"
#include "vit/experiment/experiment_data.h"
#include "vit/experiment/schedule_curves.h"
#include "vit/train/checkpoint.h"
#include "vit/train/ema.h"
#include "vit/train/trainer.h"

namespace vit {

/// What is to be done with a built experiment.
enum class Purpose { training, evaluation };

/// Everything that an experiment names, opened and built: what training, a dry run, the finders and
/// a replay start from. Nothing is written.
class BuiltExperiment {
 public:
  /// Throws Error for what does not fit together.
  explicit BuiltExperiment(Experiment described, Purpose purpose = Purpose::training);
  BuiltExperiment(const BuiltExperiment&) = delete;
  BuiltExperiment& operator=(const BuiltExperiment&) = delete;

  /// What the trainer works on; valid as long as this object.
  [[nodiscard]] TrainingParts parts();
  [[nodiscard]] Ema* ema() { return ema_ ? &*ema_ : nullptr; }
  /// Gives up the moving averages, once the weights are those to keep.
  void forget_averages() { ema_.reset(); }

  /// Model, data and device in one line, and what is unusual about the training, for people.
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] std::vector<ScheduleCurve> curves(std::size_t points,
                                                  const std::vector<double>& metrics = {});
  /// What the task's outputs are called.
  [[nodiscard]] const std::vector<std::string>& classes() const;
  [[nodiscard]] CheckpointInfo checkpoint_info(const TrainingState& state) const;

  Experiment experiment;
  std::string config;  ///< the resolved experiment, YAML
  c10::Device device = c10::kCPU;
  DataSplits data;
  InputSpec input;
  std::shared_ptr<ImageModel> model;  ///< what the task builds on
  std::unique_ptr<Task> task;
  std::unique_ptr<Optimizer> optimizer;
  std::optional<Pipeline> train_pipeline, val_pipeline;

 private:
  void take_from_weights();
  void make_model();
  void make_task(Purpose purpose);
  void freeze();
  void make_pipelines();
  [[nodiscard]] std::string frozen_text() const;
  [[nodiscard]] std::string sizes_text() const;

  bool whole_weights_ = false;  // init.weights are the task's own, head and all
  std::optional<TrainingContext> training_;
  std::vector<std::string> frozen_;                   // parameters that do not learn, at first
  std::map<std::int64_t, Pipeline> sized_pipelines_;  // by the epoch from which they are used
  std::optional<Ema> ema_;
};

}  // namespace vit
