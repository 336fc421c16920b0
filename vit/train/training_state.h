#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "vit/train/grad_scaler.h"

namespace vit {

/// Where a run stands, beside its weights and the optimizer's state: with these every random number
/// of what follows is known (all of them are functions of seed, epoch, index and update).
struct TrainingState {
  std::int64_t epoch = 0;   ///< finished epochs
  std::int64_t batch = 0;   ///< finished batches of the epoch after those
  std::int64_t update = 0;  ///< updates of the weights, with those that were skipped
  // Sums over those batches, so that a resumed epoch reports what an unbroken one would.
  double loss_sum = 0;  ///< of losses, weighted by samples
  std::int64_t samples = 0;
  std::map<std::string, double> parts;  ///< of what else the task's steps tell, weighted alike
  std::optional<double> best_metric;
  std::int64_t best_epoch = 0;  ///< counted from 1; 0: none yet
  std::vector<double> metrics;  ///< of each finished epoch: the one that decides which is the best
  std::int64_t troubles = 0;    ///< updates that were not finite
  /// Added to `update` it gives the place in the schedules: not 0 where the run went on with
  /// batches of another size, so that an epoch has another number of updates.
  std::int64_t schedule_shift = 0;
  GradScalerState scaler;

  friend bool operator==(const TrainingState&, const TrainingState&) = default;
};

}  // namespace vit
