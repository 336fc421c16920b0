#include "vit/train/train_step.h"

#include <torch/utils.h>

#include <cmath>

#include "vit/nn/random.h"
#include "vit/train/autocast.h"

namespace vit {

TrainStep::TrainStep(const StepParts& parts, GradScalerState& scaler)
    : parts_(parts),
      heads_(parts.task.network().heads()),
      parameters_(parts.optimizer.parameters()),
      scaler_(parts.amp == "fp16", scaler),
      sam_(parameters_, parts.optim.sam_rho) {}

TaskStep TrainStep::forward(const Batch& batch, BatchPlace place, double drop_path_factor) {
  const RandomScope random(Rng(parts_.seed, Stream::model, static_cast<std::uint64_t>(place.epoch),
                               static_cast<std::uint64_t>(place.batch)),
                           drop_path_factor);
  const Autocast autocast(parts_.device.type(), parts_.amp);
  return parts_.task.step(batch);
}

void TrainStep::backward(const TaskStep& step, double share) {
  scaler_.scale(step.loss * share).backward();
}

TrainStep::Update TrainStep::update(UpdateRates rates, std::int64_t number,
                                    std::optional<double> ema_decay) {
  const bool in_range = scaler_.unscale(parameters_);
  const Clipping clipping = clip_gradients(parts_.optimizer.groups(), parts_.optim, heads_);
  const bool finite = std::isfinite(clipping.norm);
  if (in_range && finite) {
    rates.gradient_factor = clipping.factor;
    parts_.optimizer.step(rates);
    if (parts_.ema != nullptr) parts_.ema->update(number + 1, ema_decay);
    parts_.task.after_update(number);
  }
  parts_.optimizer.zero_grad();
  // An overflow of float16 is the scaler's business.
  return {finite || !in_range, clipping.norm};
}

void TrainStep::uphill(const std::function<void()>& before_change,
                       const std::function<void()>& again) {
  if (!scaler_.unscale(parameters_)) return;  // the second scaling then finds the overflow too
  before_change();
  sam_.climb();
  again();
  sam_.descend();
}

TrainStep::Whole TrainStep::whole(const Batch& batch, BatchPlace place, const UpdateRates& rates) {
  const TaskStep step = forward(batch, place);
  backward(step);
  Whole result{.loss = step.loss.item<double>(), .update = {}};
  if (climbs()) uphill([] {}, [&] { backward(forward(batch, place)); });
  result.update = update(rates, place.batch);
  return result;
}

}  // namespace vit
