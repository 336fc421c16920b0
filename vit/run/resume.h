#pragma once

#include <filesystem>
#include <optional>

#include "vit/experiment/experiment.h"
#include "vit/run/built_experiment.h"
#include "vit/run/run.h"
#include "vit/train/checkpoint.h"
#include "vit/train/run_directory.h"

namespace vit {

/// Where a run works, and what it goes on from.
struct Place {
  std::filesystem::path directory;
  bool look_for_checkpoint = false;                 ///< `--resume auto`
  std::optional<std::filesystem::path> checkpoint;  ///< `--resume FILE`
};

/// Chooses the run directory as --output and --resume say. Throws Error (usage) where a run is
/// there already, Error (weights) where the checkpoint is not there.
[[nodiscard]] Place choose_place(const RunRequest& request);

struct SoundCheckpoint {
  std::filesystem::path path;
  CheckpointInfo info;
};

/// The newest checkpoint of a run whose checksums are right: `last`, else the older ones, else
/// `best`; warns of damaged ones. Nothing where there is none at all; throws Error (weights) where
/// all are damaged.
[[nodiscard]] std::optional<SoundCheckpoint> newest_sound_checkpoint(const RunDirectory& directory);

/// The sound checkpoint of a run with the most updates that are not beyond `update`; what was kept
/// of trouble counts too. Nothing where there is none.
[[nodiscard]] std::optional<SoundCheckpoint> checkpoint_before(const RunDirectory& directory,
                                                               std::int64_t update);

/// Where the run has batches of another size than the checkpoint's, or another count of them: goes
/// on in the schedules where timm does, at the epochs done times the updates of an epoch as it is
/// now, and within an epoch behind the samples that were seen. Says so; "" where nothing has
/// changed.
[[nodiscard]] std::string refit_to_batches(TrainingState& state, const SoundCheckpoint& checkpoint,
                                           BuiltExperiment& built);

/// Throws Error (usage), showing every difference, where the config of a checkpoint is another than
/// `now` in a way that changes results, unless `allowed`; then, and for other keys, it only tells.
void check_config_unchanged(const SoundCheckpoint& checkpoint, const Experiment& now, bool allowed);

/// Throws Error (weights) where the data has other classes than the run was begun with, or the same
/// in another order, and `task` learns them: what an output stands for would change unseen.
void check_classes_unchanged(const SoundCheckpoint& checkpoint, const TaskConfig& task,
                             const std::vector<std::string>& classes);

}  // namespace vit
