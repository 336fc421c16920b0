#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vit/experiment/config_difference.h"
#include "vit/experiment/experiment.h"
#include "vit/report/events.h"
#include "vit/train/step_profiler.h"
#include "vit/train/trainer.h"

namespace vit {

class BuiltExperiment;

/// What `vit train` is asked to do.
struct RunRequest {
  std::filesystem::path experiment;  ///< the YAML file
  std::vector<std::string> sets;     ///< `--set`
  std::optional<std::filesystem::path>
      output;  ///< run directory; none: runs/NAME, numbered where it is taken
  std::optional<std::string> resume;  ///< `auto`, or a checkpoint
  bool dry_run = false;               ///< check everything, train nothing
  bool find_lr = false;               ///< only a learning-rate range test
  bool find_batch_size = false;       ///< only measure batch sizes
  std::int64_t profile = 0;           ///< only tell where the time of this many steps goes
  bool allow_change = false;          ///< go on with another config than the checkpoint's
  std::int64_t pause_after = 0;       ///< stop when so many epochs are done; 0: at the end
  std::function<void(BuiltExperiment&)> inspect{};  ///< called before training begins
};

/// What came of it.
struct RunResult {
  std::filesystem::path directory;
  TrainingEnd end = TrainingEnd::complete;
  Metrics best;                      ///< of the best checkpoint, once the run is complete
  std::optional<Headline> headline;  ///< what it is judged by, as people are told of it
  std::int64_t best_epoch = 0;
  std::optional<StepProfile> profile;  ///< where it was asked for
};

/// What an experiment changes: in the file that it inherits from, else, where `sets` were laid over
/// it, in its own file, else in the defaults; and how that is called.
[[nodiscard]] std::pair<std::string, std::vector<ConfigChange>> experiment_changes(
    const Experiment& experiment, const std::filesystem::path& file,
    const std::vector<std::string>& sets);

/// A run from the file to the report: data, model, training, then the exported model and the page.
/// Throws Error; what had been saved before stays.
RunResult run_experiment(const RunRequest& request, const std::vector<Observer*>& observers,
                         const std::atomic<bool>* stop);

}  // namespace vit
