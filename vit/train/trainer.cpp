#include "vit/train/trainer.h"

#include <torch/utils.h>

#include <cmath>

#include "vit/core/error.h"
#include "vit/data/sampler.h"
#include "vit/nn/random.h"
#include "vit/train/autocast.h"
#include "vit/train/batch_plan.h"
#include "vit/train/figures.h"
#include "vit/train/freeze.h"
#include "vit/train/loss_watch.h"
#include "vit/train/prediction_scope.h"
#include "vit/train/sam.h"

namespace vit {
namespace {

LoaderOptions evaluation_loader(const LoaderOptions& training, c10::Device device) {
  LoaderOptions options = training;
  options.max_bad = 0;  // figures over other pictures than those that are asked for mean nothing
  options.drop_last = false;
  options.pin_memory = device.is_cuda();
  return options;
}

class Training {
 public:
  Training(TrainingParts& parts, TrainingState& state, const TrainingHooks& hooks)
      : parts_(parts),
        state_(state),
        hooks_(hooks),
        plan_(training_plan(parts)),
        schedule_(training_schedule(parts)),
        interval_(parse_interval(parts.train.checkpoint_every)),
        frozen_(frozen_parameters(parts.model, parts.train.freeze)),
        parameters_(parts.optimizer.parameters()),
        scaler_(parts.train.amp == "fp16", state.scaler),
        sam_(parameters_, parts.optim.sam_rho),
        watch_(parts.train.loss_spike),
        figures_(parts.schedule.epochs, plan_, parts.task.better()) {}

  TrainingEnd run() {
    while (state_.epoch < parts_.schedule.epochs && !out_of_patience()) {
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
    set_learning(parts_.model, frozen_, thawed);
    train_mode(parts_.model);
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
    if (parts_.batches)
      return parts_.batches(parts_.train_data, std::move(order), plan_.loader(), state_.batch);
    return std::make_unique<EpochLoader>(parts_.train_data, pipeline(), std::move(order),
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
      if (sam_.enabled()) held.push_back(batch);
      figures_.times.total = time.seconds();
      if (std::isfinite(loss)) tell_batch();
    }
    bool finite = std::isfinite(event.loss);
    if (finite && sam_.enabled()) take_gradient_uphill(held, before.batch, samples);
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

  /// Adds `share` of a batch's gradient to what is there. The same random numbers each time.
  TaskStep forward_backward(const Batch& batch, std::int64_t index, double share) {
    const RandomScope random(
        Rng(parts_.seed, Stream::model, static_cast<std::uint64_t>(state_.epoch),
            static_cast<std::uint64_t>(index)),
        schedule_.drop_path_factor(place_in_schedule()));
    const TaskStep step = timed("forward", figures_.times.forward, [&] {
      const Autocast autocast(parts_.device.type(), parts_.train.amp);
      return parts_.task.step(batch);
    });
    timed("backward", figures_.times.backward,
          [&] { scaler_.scale(step.loss * share).backward(); });
    return step;
  }

  void take_gradient_uphill(const std::vector<Batch>& held, std::int64_t first, double samples) {
    if (!scaler_.unscale(parameters_)) return;  // the second scaling then finds the overflow too
    announce_change();
    sam_.climb();
    for (std::size_t i = 0; i < held.size(); ++i)
      forward_backward(held[i], first + static_cast<std::int64_t>(i),
                       static_cast<double>(held[i].samples()) / samples);
    sam_.descend();
  }

  /// False where a gradient is not finite; the weights are as before then.
  bool update_weights(UpdateEvent& event) {
    const bool in_range = scaler_.unscale(parameters_);
    const Clipping clipping =
        clip_gradients(parts_.optimizer.groups(), parts_.optim, parts_.model.classifier());
    event.grad_norm = clipping.norm;
    const bool finite = std::isfinite(event.grad_norm);
    if (in_range && finite) {
      parts_.optimizer.step(
          {.lr = lr_,
           .gradient_factor = clipping.factor,
           .weight_decay_factor =
               schedule_.weight_decay_factor(place_in_schedule(), parts_.optim.weight_decay),
           .momentum = schedule_.momentum(place_in_schedule(), parts_.optim.momentum)});
      if (parts_.ema != nullptr) parts_.ema->update(place_in_schedule() + 1, ema_decay());
    }
    parts_.optimizer.zero_grad();
    return finite || !in_range;  // an overflow of float16 is the scaler's business
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
    state_.correct = before.correct;
    state_.samples = before.samples;
    note(trouble_text(event) +
         (rolls_back ? "; going on behind it from the last checkpoint's weights" : "; skipped"));
  }

  /// False where it was told to stop on the way: the evaluation is made again then.
  bool evaluate_epoch(const Stopwatch& epoch_time) {
    const std::unique_ptr<Evaluation> evaluation = parts_.task.evaluate();
    {
      const EmaWeights averaged(parts_.ema);
      if (!evaluate(*evaluation)) return false;
    }
    EpochEvent event = figures_.epoch(state_, evaluation->metrics());
    const double metric = event.metrics.front().second;
    event.lr = schedule_.lr(place_in_schedule() - 1, state_.metrics);
    event.seconds = epoch_time.seconds();
    start_next_epoch(metric, event.best);
    for (Observer* observer : hooks_.observers) observer->on_epoch(event);
    const bool last =
        checkpoint_due() || state_.epoch == parts_.schedule.epochs || out_of_patience();
    if (last || event.best)
      save(!last        ? CheckpointKind::best
           : event.best ? CheckpointKind::last_and_best
                        : CheckpointKind::last);
    return true;
  }

  bool evaluate(Evaluation& evaluation) const {
    if (!parts_.batches)
      return run_evaluation(evaluation, parts_.model, parts_.val_data, parts_.val_pipeline,
                            parts_.loader, parts_.device, parts_.train.amp, hooks_.stop);
    const auto batches = parts_.batches(parts_.val_data, sequential_order(parts_.val_data.size()),
                                        evaluation_loader(parts_.loader, parts_.device), 0);
    return run_evaluation(evaluation, parts_.model, *batches, parts_.device, parts_.train.amp,
                          hooks_.stop);
  }

  void start_next_epoch(double metric, bool best) {
    ++state_.epoch;
    state_.batch = 0;
    state_.loss_sum = 0;
    state_.correct = state_.samples = 0;
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
  [[nodiscard]] bool out_of_patience() const {
    return parts_.train.early_stopping &&
           state_.epoch - state_.best_epoch >= *parts_.train.early_stopping;
  }

  void count_in(const TaskStep& step, double loss, std::int64_t samples) {
    state_.loss_sum += loss * static_cast<double>(samples);
    state_.samples += samples;
    state_.correct =
        step.correct.defined() ? state_.correct + step.correct.item<std::int64_t>() : -1;
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
  std::vector<torch::Tensor> parameters_;
  GradScaler scaler_;
  Sam sam_;
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
          training_plan(parts).updates(), parts.task.better() == Better::larger};
}

bool run_evaluation(Evaluation& evaluation, ImageModel& model, const Dataset& data,
                    const Pipeline& pipeline, const LoaderOptions& loader, c10::Device device,
                    const std::string& dtype, const std::atomic<bool>* stop) {
  EpochLoader batches(data, pipeline, sequential_order(data.size()), 0,
                      evaluation_loader(loader, device));
  return run_evaluation(evaluation, model, batches, device, dtype, stop);
}

bool run_evaluation(Evaluation& evaluation, ImageModel& model, BatchSource& batches,
                    c10::Device device, const std::string& dtype, const std::atomic<bool>* stop) {
  const PredictionScope prediction(device, dtype);
  model.module().eval();
  for (std::optional<Batch> batch = batches.next(); batch; batch = batches.next()) {
    if (stop != nullptr && *stop) return false;
    evaluation.add(batch->to(device));
    prediction.check();
  }
  return true;
}

TrainingEnd train(TrainingParts& parts, TrainingState& state, const TrainingHooks& hooks) {
  return Training(parts, state, hooks).run();
}

}  // namespace vit
