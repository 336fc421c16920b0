#include "vit/train/batch_finder.h"

#include <c10/util/Exception.h>
#include <torch/utils.h>

#include <algorithm>

#include "vit/train/freeze.h"
#include "vit/train/memory.h"
#include "vit/train/step_timer.h"
#include "vit/train/train_step.h"

namespace vit {
namespace {

BatchCost measure(const TrainingParts& parts, TrainStep& step, std::int64_t size) {
  const Batch batch = parts.task.random_batch(size, parts.seed).to(parts.device);
  const auto once = [&] { step.whole(batch, {}, {.lr = 0.0}); };
  once();  // memory and first calls
  const Stopwatch time;
  std::int64_t steps = 0;
  do {
    once();
    ++steps;
  } while (time.seconds() < 1.0);
  return {size, static_cast<double>(size * steps) / time.seconds(), peak_memory(parts.device)};
}

}  // namespace

std::int64_t suggested_batch(const std::vector<BatchCost>& tried) {
  double fastest = 0;
  for (const BatchCost& cost : tried) fastest = std::max(fastest, cost.images_per_s);
  for (const BatchCost& cost : tried)
    if (cost.images_per_s >= 0.97 * fastest) return cost.batch_size;
  return 0;
}

BatchFinding find_batch_size(TrainingParts& parts, std::int64_t largest) {
  BatchFinding finding;
  Network& network = parts.task.network();
  set_learning(network, frozen_parameters(network, parts.train.freeze), false);
  train_mode(network);
  GradScalerState scaler;
  TrainStep step(step_parts(parts), scaler);
  int no_faster = 0;
  for (std::int64_t size = 1; size <= largest && no_faster < 2; size *= 2) {
    try {
      finding.tried.push_back(measure(parts, step, size));
    } catch (const c10::OutOfMemoryError&) {
      break;
    }
    const std::size_t count = finding.tried.size();
    if (count < 2) continue;
    const BatchCost &now = finding.tried[count - 1], &before = finding.tried[count - 2];
    no_faster = now.images_per_s > 1.03 * before.images_per_s ? 0 : no_faster + 1;
    // Twice the batch needs about twice what the last doubling added.
    const double next = 2 * (now.peak_bytes - before.peak_bytes);
    if (parts.device.is_cpu() && next > 0.8 * available_memory()) break;
  }
  finding.suggestion = suggested_batch(finding.tried);
  return finding;
}

}  // namespace vit
