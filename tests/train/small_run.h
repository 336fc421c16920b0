#pragma once

#include <torch/types.h>

#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "tests/support/small_vit.h"
#include "tests/support/stop_after.h"
#include "vit/data/shapes.h"
#include "vit/tasks/classify/task.h"
#include "vit/train/trainer.h"

namespace vit::test {

inline ViTOptions tiny_model() {
  ViTOptions options = small_vit(10);
  options.patch_size = {4, 4};
  options.drop_path_rate = 0.1;  // so that a wrong random state would be noticed
  options.proj_drop_rate = 0.1;
  return options;
}

/// Classification whose loss is not a number for one sample.
class Poisoned final : public ClassifyTask {
 public:
  Poisoned(std::shared_ptr<ImageModel> model, std::int64_t sample)
      : ClassifyTask(std::move(model), ClassifyConfig(), {}, std::vector<std::string>(10)),
        sample_(sample) {}
  TaskStep step(const Batch& batch) override {
    TaskStep step = ClassifyTask::step(batch);
    if (batch.indices.eq(sample_).any().item<bool>())
      step.loss = step.loss * std::numeric_limits<double>::quiet_NaN();
    return step;
  }

 private:
  std::int64_t sample_;
};

/// A whole small training run that can be stopped and gone on with.
struct SmallRun {
  explicit SmallRun(std::int64_t epochs = 2, std::int64_t accumulate = 1, std::int64_t workers = 2,
                    std::int64_t samples = 48)
      : model(tiny_model()),
        train_data(shapes({.image_size = 16, .num_train = samples, .num_val = 16}, Split::train)),
        val_data(shapes({.image_size = 16, .num_train = 48, .num_val = 16}, Split::val)) {
    model->options.num_classes = static_cast<std::int64_t>(train_data->classes().size());
    model = VisionTransformer(model->options);
    model->init_weights(7);
    optim.lr = 1e-3;
    optim.clip_grad = 1.0;
    schedule.epochs = epochs;
    schedule.warmup_epochs = 1;
    train.grad_accum_steps = accumulate;
    loader.batch_size = 8;
    loader.workers = workers;
    InputSpec input;
    input.img_size = {16, 16};
    train_pipeline = std::make_unique<Pipeline>(Pipeline::training(input, AugmentList{"hflip"}, 7));
    val_pipeline = std::make_unique<Pipeline>(Pipeline::evaluation(input));
    optimizer = create_optimizer(optim, param_groups(*model, optim.weight_decay));
  }

  /// Classification of its images by its model.
  [[nodiscard]] ClassifyTask task(const ClassifyOptions& options = {}) const {
    return {model.ptr(), ClassifyConfig(options), {}, train_data->classes()};
  }

  /// Has the run compute on another device; before it goes.
  void move_to(c10::Device to) {
    device = to;
    model->to(device);
    optimizer = create_optimizer(optim, param_groups(*model, optim.weight_decay));
  }

  /// What the trainer works on; `task` outlives it.
  [[nodiscard]] TrainingParts parts(Task& task) const {
    return {.task = task,
            .optimizer = *optimizer,
            .train_data = *train_data,
            .val_data = *val_data,
            .train_pipeline = *train_pipeline,
            .val_pipeline = *val_pipeline,
            .loader = loader,
            .optim = optim,
            .schedule = schedule,
            .train = train,
            .device = device,
            .seed = 7,
            .ema = ema};
  }

  TrainingEnd go(const std::atomic<bool>* stop = nullptr, std::vector<Observer*> observers = {},
                 std::int64_t poisoned_sample = -1, Task* other_task = nullptr) {
    Poisoned fresh_task(model.ptr(), poisoned_sample);
    TrainingParts parts = this->parts(other_task != nullptr ? *other_task : fresh_task);
    TrainingHooks hooks;
    hooks.stop = stop;
    hooks.observers = std::move(observers);
    hooks.save_trouble = [this](const UpdateEvent& event, const TrainingState& before) {
      trouble = event;
      before_trouble = before;
    };
    hooks.roll_back = [this] {
      const torch::NoGradGuard no_grad;
      for (std::size_t i = 0; i < checkpoint.size(); ++i)
        model->parameters()[i].copy_(checkpoint[i]);
      return !checkpoint.empty();
    };
    std::vector<torch::Tensor> at_save;  // copies
    hooks.save = [&](CheckpointKind kind, const TrainingState&) {
      saved.push_back(kind);
      at_save.clear();
      for (const torch::Tensor& tensor : checkpointed()) at_save.push_back(tensor.clone());
    };
    hooks.before_change = [&] {
      for (std::size_t i = 0; i < at_save.size(); ++i)
        unchanged = unchanged && torch::equal(at_save[i], checkpointed()[i]);
      settled += at_save.empty() ? 0 : 1;
      at_save.clear();
    };
    return vit::train(parts, state, hooks);
  }

  /// Goes on from where `stopped` is, as from its checkpoint.
  void resume(const SmallRun& stopped) {
    const torch::NoGradGuard no_grad;
    for (std::size_t i = 0; i < model->parameters().size(); ++i)
      model->parameters()[i].copy_(stopped.model->parameters()[i]);
    const auto from = stopped.optimizer->state(), to = optimizer->state();
    for (std::size_t i = 0; i < to.size(); ++i) to[i].second.copy_(from[i].second);
    optimizer->set_updates(stopped.state.update);
    state = stopped.state;
  }

  /// What a checkpoint holds that steps change.
  [[nodiscard]] std::vector<torch::Tensor> checkpointed() const {
    std::vector<torch::Tensor> all = model->parameters();
    for (const auto& [name, tensor] : optimizer->state()) all.push_back(tensor);
    if (ema != nullptr)
      for (const auto& [name, tensor] : ema->tensors()) all.push_back(tensor);
    return all;
  }

  [[nodiscard]] bool same_weights(const SmallRun& other) const {
    const auto mine = model->parameters(), theirs = other.model->parameters();
    for (std::size_t i = 0; i < mine.size(); ++i)
      if (!torch::equal(mine[i], theirs[i])) return false;
    return true;
  }

  VisionTransformer model;
  c10::Device device = c10::kCPU;
  std::unique_ptr<Dataset> train_data, val_data;
  OptimOptions optim;
  ScheduleOptions schedule;
  TrainOptions train;
  LoaderOptions loader;
  std::unique_ptr<Pipeline> train_pipeline, val_pipeline;
  std::unique_ptr<Optimizer> optimizer;
  TrainingState state;
  Ema* ema = nullptr;
  std::vector<CheckpointKind> saved;
  std::int64_t settled = 0;  // how many of those changes of the weights followed,
  bool unchanged = true;     // and whether all was as it was saved until they were announced
  std::optional<UpdateEvent> trouble;
  TrainingState before_trouble;
  std::vector<torch::Tensor> checkpoint;
};

}  // namespace vit::test
