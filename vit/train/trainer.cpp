#include "vit/train/trainer.h"

#include <torch/utils.h>

#include <chrono>
#include <cmath>
#include <limits>

#include "vit/core/error.h"
#include "vit/data/sampler.h"
#include "vit/nn/random.h"
#include "vit/train/autocast.h"

namespace vit {
namespace {

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class Training {
 public:
  Training(TrainingParts& parts, TrainingState& state, const TrainingHooks& hooks)
      : parts_(parts),
        state_(state),
        hooks_(hooks),
        batches_(full_batches(parts)),
        schedule_(parts.schedule, parts.optim.lr, updates_per_epoch()),
        parameters_(parts.optimizer.parameters()) {}

  TrainingEnd run() {
    while (state_.epoch < parts_.schedule.epochs) {
      const Stopwatch epoch_time;
      if (!train_epoch()) {
        hooks_.save(CheckpointKind::last, state_);
        return TrainingEnd::stopped;
      }
      finish_epoch(epoch_time);
    }
    return TrainingEnd::complete;
  }

 private:
  static std::int64_t full_batches(TrainingParts& parts) {
    // An incomplete last batch would be noisier than the others: it is left out, unless it is all.
    parts.loader.drop_last = parts.train_data.size() >= parts.loader.batch_size;
    return EpochLoader::num_batches(parts.train_data.size(), parts.loader);
  }

  [[nodiscard]] std::int64_t updates_per_epoch() const {
    const std::int64_t group = parts_.train.grad_accum_steps;
    return (batches_ + group - 1) / group;
  }

  /// False where it was told to stop.
  bool train_epoch() {
    parts_.model.module().train();
    EpochLoader loader(parts_.train_data, parts_.train_pipeline,
                       shuffled_order(parts_.train_data.size(), parts_.seed, state_.epoch),
                       state_.epoch, parts_.loader, state_.batch);
    const Stopwatch time;
    const std::int64_t first_batch = state_.batch;
    for (std::optional<Batch> batch = loader.next(); batch; batch = loader.next()) {
      const bool updated = train_batch(batch->to(parts_.device));
      train_seconds_ = time.seconds();
      trained_images_ = (state_.batch - first_batch) * parts_.loader.batch_size;
      tell_batch();
      // Only after an update: gradients of a half collected group would be lost.
      if (updated && state_.batch < batches_ && hooks_.stop != nullptr && *hooks_.stop)
        return false;
    }
    return true;
  }

  /// True where the batch completed an update.
  bool train_batch(const Batch& batch) {
    const std::int64_t group = parts_.train.grad_accum_steps;
    const std::int64_t in_group = std::min(group, batches_ - state_.batch / group * group);
    const RandomScope random(Rng(parts_.seed, Stream::model,
                                 static_cast<std::uint64_t>(state_.epoch),
                                 static_cast<std::uint64_t>(state_.batch)));
    TaskStep step;
    {
      const Autocast autocast(parts_.device.type(), parts_.train.amp);
      step = parts_.task.step(batch);
    }
    const double loss = step.loss.item<double>();
    if (!std::isfinite(loss)) report_divergence(loss);
    (step.loss / static_cast<double>(in_group)).backward();

    state_.loss_sum += loss * static_cast<double>(batch.size());
    state_.samples += batch.size();
    counts_correct_ = step.correct >= 0;
    if (counts_correct_) state_.correct += step.correct;
    ++state_.batch;
    if (state_.batch % group != 0 && state_.batch != batches_) return false;
    update_weights();
    return true;
  }

  void update_weights() {
    lr_ = schedule_.lr(state_.update);
    if (parts_.optim.clip_grad) clip_grad_norm(parameters_, *parts_.optim.clip_grad);
    parts_.optimizer.step(lr_);
    parts_.optimizer.zero_grad();
    ++state_.update;
  }

  [[noreturn]] void report_divergence(double loss) const {
    throw Error(
        ErrorKind::numerical,
        vit::str("epoch ", state_.epoch + 1, ", batch ", state_.batch + 1, " of ", batches_),
        vit::str("the loss is ", loss, "; training has diverged (learning rate ",
                 schedule_.lr(state_.update), ")"),
        "lower optim.lr, lengthen schedule.warmup_epochs, or set optim.clip_grad: 1.0; the last "
        "checkpoint is untouched");
  }

  void finish_epoch(const Stopwatch& epoch_time) {
    const std::unique_ptr<Evaluation> evaluation = parts_.task.evaluate();
    run_evaluation(*evaluation, parts_.model, parts_.val_data, parts_.val_pipeline, parts_.loader,
                   parts_.device, parts_.train.amp);
    EpochEvent event;
    event.metrics = evaluation->metrics();
    VIT_ASSERT(!event.metrics.empty());
    const double metric = event.metrics.front().second;
    event.best = !state_.best_metric || metric > *state_.best_metric;
    event.epoch = state_.epoch + 1;
    event.epochs = parts_.schedule.epochs;
    event.update = state_.update;
    event.train_loss = mean_loss();
    event.train_top1 = train_top1();
    event.lr = lr_;
    event.images_per_s = images_per_s();
    event.seconds = epoch_time.seconds();

    const auto [best_metric, best_epoch] = event.best
                                               ? std::pair{std::optional(metric), event.epoch}
                                               : std::pair{state_.best_metric, state_.best_epoch};
    state_ = {.epoch = event.epoch,
              .update = state_.update,
              .best_metric = best_metric,
              .best_epoch = best_epoch};
    for (Observer* observer : hooks_.observers) observer->on_epoch(event);
    if (event.best) hooks_.save(CheckpointKind::best, state_);
    if (state_.epoch % parts_.train.checkpoint_every == 0 || state_.epoch == parts_.schedule.epochs)
      hooks_.save(CheckpointKind::last, state_);
  }

  void tell_batch() {
    BatchEvent event;
    event.epoch = state_.epoch + 1;
    event.epochs = parts_.schedule.epochs;
    event.batch = state_.batch;
    event.batches = batches_;
    event.update = state_.update;
    event.loss = mean_loss();
    event.train_top1 = train_top1();
    event.images_per_s = images_per_s();
    const std::int64_t batches_left =
        (parts_.schedule.epochs - state_.epoch) * batches_ - state_.batch;
    event.seconds_left =
        static_cast<double>(batches_left * parts_.loader.batch_size) / event.images_per_s;
    event.lr = lr_;
    for (Observer* observer : hooks_.observers) observer->on_batch(event);
  }

  [[nodiscard]] double mean_loss() const {
    return state_.loss_sum / static_cast<double>(std::max<std::int64_t>(state_.samples, 1));
  }
  [[nodiscard]] std::optional<double> train_top1() const {
    if (!counts_correct_ || state_.samples == 0) return std::nullopt;
    return 100.0 * static_cast<double>(state_.correct) / static_cast<double>(state_.samples);
  }
  [[nodiscard]] double images_per_s() const {
    return static_cast<double>(trained_images_) / std::max(train_seconds_, 1e-9);
  }

  TrainingParts& parts_;
  TrainingState& state_;
  const TrainingHooks& hooks_;
  std::int64_t batches_;  // of an epoch
  Schedule schedule_;
  std::vector<torch::Tensor> parameters_;
  double lr_ = 0, train_seconds_ = 0;
  std::int64_t trained_images_ = 0;
  bool counts_correct_ = false;
};

}  // namespace

void run_evaluation(Evaluation& evaluation, ImageModel& model, const Dataset& data,
                    const Pipeline& pipeline, const LoaderOptions& loader_options,
                    c10::Device device, const std::string& amp) {
  const torch::NoGradGuard no_grad;
  model.module().eval();
  LoaderOptions options = loader_options;
  options.drop_last = false;
  EpochLoader loader(data, pipeline, sequential_order(data.size()), 0, options);
  for (std::optional<Batch> batch = loader.next(); batch; batch = loader.next()) {
    const Autocast autocast(device.type(), amp);
    evaluation.add(batch->to(device));
  }
}

TrainingEnd train(TrainingParts& parts, TrainingState& state, const TrainingHooks& hooks) {
  return Training(parts, state, hooks).run();
}

}  // namespace vit
