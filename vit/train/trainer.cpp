#include "vit/train/trainer.h"

#include <torch/utils.h>

#include <cmath>

#include "vit/core/error.h"
#include "vit/data/sampler.h"
#include "vit/train/batch_plan.h"
#include "vit/train/figures.h"
#include "vit/train/freeze.h"
#include "vit/train/prediction_scope.h"
#include "vit/train/train_step.h"
#include "vit/train/trouble.h"
#include "vit/train/weight_histograms.h"

namespace vit {
namespace {

class Training {
 public:
  Training(TrainingParts& parts, TrainingState& state, const TrainingHooks& hooks)
      : parts_(parts),
        state_(state),
        hooks_(hooks),
        plan_(training_plan(parts)),
        schedule_(training_schedule(parts)),
        interval_(parse_interval(parts.train.checkpoint_every)),
        frozen_(frozen_parameters(parts.task.network(), parts.train.freeze)),
        step_(step_parts(parts), state.scaler),
        watch_(parts.train.loss_spike),
        figures_(parts.schedule.epochs, plan_, parts.task.parts(), parts.device) {}

  TrainingEnd run() {
    while (state_.epoch < parts_.schedule.epochs && !out_of_patience()) {
      if (paused()) return TrainingEnd::stopped;
      const Stopwatch epoch_time;
      if (train_epoch() && evaluate_epoch(epoch_time)) continue;
      hooks_.save(CheckpointKind::last, state_);
      return TrainingEnd::stopped;
    }
    if (state_.epoch < parts_.schedule.epochs)
      note(vit::str("stopped early after epoch ", state_.epoch, " of ", parts_.schedule.epochs,
                    ": none was better than epoch ", state_.best_epoch,
                    " for as long as train.early_stopping says (", *parts_.train.early_stopping,
                    ")"));
    return TrainingEnd::complete;
  }

 private:
  /// False where it was told to stop.
  bool train_epoch() {
    const bool thawed = parts_.train.unfreeze_epoch && state_.epoch >= *parts_.train.unfreeze_epoch;
    set_learning(parts_.task.network(), frozen_, thawed);
    train_mode(parts_.task.network());
    const std::unique_ptr<BatchSource> batches = training_batches();
    const Stopwatch time;
    figures_.start_epoch();
    while (state_.batch < plan_.batches()) {
      train_update(*batches, time);
      if (stop_requested()) return false;
      if (checkpoint_due() && state_.batch < plan_.batches()) save(CheckpointKind::last);
    }
    return true;
  }

  [[nodiscard]] std::unique_ptr<BatchSource> training_batches() const {
    std::vector<std::int64_t> order =
        training_order(parts_.train_data, parts_.loader.sampler, parts_.seed, state_.epoch);
    if (auto own = parts_.task.batches(Split::train, order, plan_.loader(), state_.batch))
      return own;
    return std::make_unique<EpochLoader>(parts_.train_data, pipeline(),
                                         parts_.task.collator(Split::train), std::move(order),
                                         state_.epoch, plan_.loader(), state_.batch);
  }

  /// One update of the weights by the mean gradient of the samples of a group of batches.
  void train_update(BatchSource& batches, const Stopwatch& time) {
    const TrainingState before = state_;
    const std::int64_t count = plan_.group_at(state_.batch);
    const auto samples = static_cast<double>(plan_.samples(state_.batch, count));
    UpdateEvent event{.update = state_.update,
                      .epoch = state_.epoch + 1,
                      .batch = state_.batch + 1,
                      .batches = plan_.batches(),
                      .lr = schedule_.lr(place_in_schedule(), state_.metrics)};
    lr_ = event.lr;
    std::vector<Batch> held;  // batches that are needed twice
    for (std::int64_t i = 0; i < count; ++i) {
      const Batch batch =
          timed("wait", figures_.times.wait, [&] { return batches.next()->to(parts_.device); });
      const double share = static_cast<double>(batch.samples()) / samples;
      const TaskStep step = forward_backward(batch, state_.batch, share);
      const double loss = step.loss.item<double>();
      event.loss += share * loss;
      const auto* ids = batch.indices.const_data_ptr<std::int64_t>();
      event.samples.insert(event.samples.end(), ids, ids + batch.samples());
      count_in(step, loss, batch.samples());
      if (step_.climbs()) held.push_back(batch);
      figures_.times.total = time.seconds();
      if (std::isfinite(loss)) tell_batch();
    }
    bool finite = std::isfinite(event.loss);
    if (finite && step_.climbs())
      step_.uphill([&] { announce_change(); },
                   [&] {
                     for (std::size_t i = 0; i < held.size(); ++i)
                       forward_backward(held[i], before.batch + static_cast<std::int64_t>(i),
                                        static_cast<double>(held[i].samples()) / samples);
                   });
    announce_change();
    finite =
        finite && timed("update", figures_.times.update, [&] { return update_weights(event); });
    figures_.times.total = time.seconds();
    for (Observer* observer : hooks_.observers) observer->on_update(event);
    if (!finite) handle(event, before);
    ++state_.update;
    if (const auto mean = finite ? watch_.see(event.loss) : std::nullopt)
      note(vit::str("a loss of ", event.loss, " after a mean of ", *mean, " in update ",
                    event.update, " (epoch ", event.epoch, ", batch ", event.batch, ")"));
  }

  /// Adds `share` of a batch's gradient to what is there.
  TaskStep forward_backward(const Batch& batch, std::int64_t index, double share) {
    const TaskStep step = timed("forward", figures_.times.forward, [&] {
      return step_.forward(batch, {state_.epoch, index},
                           schedule_.drop_path_factor(place_in_schedule()));
    });
    timed("backward", figures_.times.backward, [&] { step_.backward(step, share); });
    return step;
  }

  /// False where a gradient is not finite; the weights are as before then.
  bool update_weights(UpdateEvent& event) {
    const TrainStep::Update update =
        step_.update({.lr = lr_,
                      .weight_decay_factor = schedule_.weight_decay_factor(
                          place_in_schedule(), parts_.optim.weight_decay),
                      .momentum = schedule_.momentum(place_in_schedule(), parts_.optim.momentum)},
                     place_in_schedule(), ema_decay());
    event.grad_norm = update.grad_norm;
    return update.finite;
  }

  [[nodiscard]] std::optional<double> ema_decay() const {
    if (!parts_.train.model_ema_end) return std::nullopt;
    return cosine_between(*parts_.train.model_ema, *parts_.train.model_ema_end, place_in_schedule(),
                          schedule_.total_updates());
  }

  /// What train.on_nan says about an update that was not finite; `before` it, the state was this.
  void handle(UpdateEvent& event, const TrainingState& before) {
    parts_.optimizer.zero_grad();
    ++state_.troubles;
    const bool rolls_back = parts_.train.on_nan == "rollback";
    const auto give_up = [&](const std::string& why) {
      if (hooks_.save_trouble) hooks_.save_trouble(event, before);
      throw trouble_error(event, why);
    };
    if (parts_.train.on_nan == "stop") give_up("");
    if (state_.troubles > parts_.train.max_nan)
      give_up(vit::str("; train.max_nan allows ", parts_.train.max_nan, " of these"));
    if (rolls_back && !hooks_.roll_back()) give_up("; there is no checkpoint yet to roll back to");
    // The epoch's means are over what was learned from.
    state_.loss_sum = before.loss_sum;
    state_.parts = before.parts;
    state_.samples = before.samples;
    note(trouble_text(event) +
         (rolls_back ? "; going on behind it from the last checkpoint's weights" : "; skipped"));
  }

  /// False where it was told to stop on the way: the evaluation is made again then.
  bool evaluate_epoch(const Stopwatch& epoch_time) {
    const std::unique_ptr<Evaluation> evaluation = parts_.task.evaluation();
    {
      const EmaWeights averaged(parts_.ema);
      if (!evaluate(*evaluation)) return false;
    }
    EpochEvent event = figures_.epoch(state_, evaluation->metrics(), epoch_time.seconds());
    const double metric = event.metrics.front().value;
    event.lr = schedule_.lr(place_in_schedule() - 1, state_.metrics);
    event.weights = weight_histograms(parts_.task.network().module());
    start_next_epoch(metric, event.best);
    for (Observer* observer : hooks_.observers) observer->on_epoch(event);
    const bool last =
        checkpoint_due() || state_.epoch == parts_.schedule.epochs || out_of_patience() || paused();
    if (last || event.best)
      save(!last        ? CheckpointKind::best
           : event.best ? CheckpointKind::last_and_best
                        : CheckpointKind::last);
    return true;
  }

  bool evaluate(Evaluation& evaluation) const {
    return run_evaluation(evaluation, parts_.task, parts_.val_data, parts_.val_pipeline,
                          parts_.loader, parts_.device, training_type(parts_), hooks_.stop);
  }

  void start_next_epoch(double metric, bool best) {
    ++state_.epoch;
    state_.batch = 0;
    state_.loss_sum = 0;
    state_.samples = 0;
    state_.parts.clear();
    state_.metrics.push_back(metric);
    if (!best) return;
    state_.best_metric = metric;
    state_.best_epoch = state_.epoch;
  }

  [[nodiscard]] const Pipeline& pipeline() const {
    return parts_.pipeline_of_epoch ? parts_.pipeline_of_epoch(state_.epoch)
                                    : parts_.train_pipeline;
  }

  /// The update that the next one is of the schedules.
  [[nodiscard]] std::int64_t place_in_schedule() const {
    return state_.update + state_.schedule_shift;
  }

  void save(CheckpointKind kind) {
    hooks_.save(kind, state_);
    since_checkpoint_ = Stopwatch();
  }

  /// At this update, or at the end of this epoch.
  [[nodiscard]] bool checkpoint_due() const {
    if (interval_.updates > 0) return state_.update % interval_.updates == 0;
    if (interval_.seconds > 0) return since_checkpoint_.seconds() >= interval_.seconds;
    return state_.batch == 0 && state_.epoch % interval_.epochs == 0;
  }
  [[nodiscard]] bool stop_requested() const { return hooks_.stop != nullptr && *hooks_.stop; }
  [[nodiscard]] bool paused() const {
    return hooks_.pause_after > 0 && state_.batch == 0 && state_.epoch >= hooks_.pause_after;
  }
  [[nodiscard]] bool out_of_patience() const {
    return parts_.train.early_stopping &&
           state_.epoch - state_.best_epoch >= *parts_.train.early_stopping;
  }

  void count_in(const TaskStep& step, double loss, std::int64_t samples) {
    state_.loss_sum += loss * static_cast<double>(samples);
    state_.samples += samples;
    for (const auto& [name, value] : step.parts)
      state_.parts[name] += value.item<double>() * static_cast<double>(samples);
    ++state_.batch;
    figures_.images += samples;
  }

  void announce_change() const {
    if (hooks_.before_change) hooks_.before_change();
  }

  void note(const std::string& text) const {
    for (Observer* observer : hooks_.observers) observer->on_note(text);
  }

  void tell_batch() {
    const BatchEvent event = figures_.batch(state_, lr_);
    for (Observer* observer : hooks_.observers) observer->on_batch(event);
  }

  TrainingParts& parts_;
  TrainingState& state_;
  const TrainingHooks& hooks_;
  BatchPlan plan_;
  Schedule schedule_;
  CheckpointInterval interval_;
  std::vector<std::string> frozen_;  // parameters that do not learn, at least at first
  TrainStep step_;
  LossWatch watch_;
  Figures figures_;
  Stopwatch since_checkpoint_;
  double lr_ = 0;
};

}  // namespace

BatchPlan training_plan(const TrainingParts& parts) {
  LoaderOptions loader = parts.loader;
  // An incomplete last batch would be noisier than the others.
  loader.drop_last = parts.train.drop_last;
  loader.pin_memory = parts.device.is_cuda();
  return {parts.train_data.size(), loader, parts.train.grad_accum_steps};
}

Schedule training_schedule(const TrainingParts& parts) {
  return {parts.schedule,
          base_learning_rate(parts.optim, parts.loader.batch_size * parts.train.grad_accum_steps),
          training_plan(parts).updates(),
          parts.task.evaluation()->metrics().front().better == Better::larger};
}

LoaderOptions evaluation_loader(const LoaderOptions& training, c10::Device device) {
  LoaderOptions options = training;
  options.max_bad = 0;  // figures over other pictures than those that are asked for mean nothing
  options.drop_last = false;
  options.pin_memory = device.is_cuda();
  return options;
}

std::string training_type(const TrainingParts& parts) {
  return parts.task.full_precision() ? "fp32" : parts.train.amp;
}

StepParts step_parts(const TrainingParts& parts) {
  return {.task = parts.task,
          .optimizer = parts.optimizer,
          .optim = parts.optim,
          .device = parts.device,
          .amp = training_type(parts),
          .seed = parts.seed,
          .ema = parts.ema};
}

bool run_evaluation(Evaluation& evaluation, Task& task, const Dataset& data,
                    const Pipeline& pipeline, const LoaderOptions& training_loader,
                    c10::Device device, const std::string& dtype, const std::atomic<bool>* stop) {
  const LoaderOptions loader = evaluation_loader(training_loader, device);
  const std::unique_ptr<Predictor> predictor = task.predictor();
  task.network().module().eval();
  std::vector<std::int64_t> order = sequential_order(data.size());
  if (const auto own = task.batches(Split::val, order, loader, 0))
    return run_evaluation(evaluation, *predictor, *own, device, dtype, stop);
  EpochLoader batches(data, pipeline, task.collator(Split::val), std::move(order), 0, loader);
  return run_evaluation(evaluation, *predictor, batches, device, dtype, stop);
}

bool run_evaluation(Evaluation& evaluation, Predictor& predictor, BatchSource& batches,
                    c10::Device device, const std::string& dtype, const std::atomic<bool>* stop) {
  const PredictionScope prediction(device, dtype);
  for (std::optional<Batch> batch = batches.next(); batch; batch = batches.next()) {
    if (stop != nullptr && *stop) return false;
    const Batch there = batch->to(device);
    evaluation.add(there, predictor.predict(there));
    prediction.check();
  }
  return true;
}

TrainingEnd train(TrainingParts& parts, TrainingState& state, const TrainingHooks& hooks) {
  return Training(parts, state, hooks).run();
}

}  // namespace vit
