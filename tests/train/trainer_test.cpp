#include <torch/torch.h>

#include <atomic>

#include "tests/catch.h"
#include "tests/support/small_vit.h"
#include "vit/core/error.h"
#include "vit/data/shapes.h"
#include "vit/tasks/classify.h"
#include "vit/train/trainer.h"

namespace {

vit::ViTOptions tiny_model() {
  vit::ViTOptions options = vit::test::small_vit(10);
  options.patch_size = {4, 4};
  options.drop_path_rate = 0.1;  // so that a wrong random state would be noticed
  options.proj_drop_rate = 0.1;
  return options;
}

/// A whole small training run that can be stopped and gone on with.
struct SmallRun {
  explicit SmallRun(std::int64_t epochs = 2, std::int64_t accumulate = 1, std::int64_t workers = 2)
      : model(tiny_model()),
        train_data(
            vit::shapes({.image_size = 16, .num_train = 48, .num_val = 16}, vit::Split::train)),
        val_data(vit::shapes({.image_size = 16, .num_train = 48, .num_val = 16}, vit::Split::val)),
        task(*model, {}) {
    model->options.num_classes = static_cast<std::int64_t>(train_data->classes().size());
    model = vit::VisionTransformer(model->options);
    model->init_weights(7);
    optim.lr = 1e-3;
    optim.clip_grad = 1.0;
    schedule.epochs = epochs;
    schedule.warmup_epochs = 1;
    train.grad_accum_steps = accumulate;
    loader.batch_size = 8;
    loader.workers = workers;
    vit::Preprocessing input;
    input.img_size = {16, 16};
    train_pipeline = std::make_unique<vit::Pipeline>(
        vit::Pipeline::training(input, vit::AugmentList{"hflip"}, 7));
    val_pipeline = std::make_unique<vit::Pipeline>(vit::Pipeline::evaluation(input));
    optimizer = vit::create_optimizer(optim, vit::param_groups(*model, optim.weight_decay));
  }

  vit::TrainingEnd go(const std::atomic<bool>* stop = nullptr,
                      std::vector<vit::Observer*> observers = {}) {
    vit::ClassifyTask fresh_task(*model, {});
    vit::TrainingParts parts{.model = *model,
                             .task = fresh_task,
                             .optimizer = *optimizer,
                             .train_data = *train_data,
                             .val_data = *val_data,
                             .train_pipeline = *train_pipeline,
                             .val_pipeline = *val_pipeline,
                             .loader = loader,
                             .optim = optim,
                             .schedule = schedule,
                             .train = train,
                             .device = c10::kCPU,
                             .seed = 7};
    vit::TrainingHooks hooks;
    hooks.stop = stop;
    hooks.observers = std::move(observers);
    hooks.save = [this](vit::CheckpointKind kind, const vit::TrainingState&) {
      saved.push_back(kind);
    };
    return vit::train(parts, state, hooks);
  }

  [[nodiscard]] bool same_weights(const SmallRun& other) const {
    const auto mine = model->parameters(), theirs = other.model->parameters();
    for (std::size_t i = 0; i < mine.size(); ++i)
      if (!torch::equal(mine[i], theirs[i])) return false;
    return true;
  }

  vit::VisionTransformer model;
  std::unique_ptr<vit::Dataset> train_data, val_data;
  vit::ClassifyTask task;
  vit::OptimOptions optim;
  vit::ScheduleOptions schedule;
  vit::TrainOptions train;
  vit::LoaderOptions loader;
  std::unique_ptr<vit::Pipeline> train_pipeline, val_pipeline;
  std::unique_ptr<vit::Optimizer> optimizer;
  vit::TrainingState state;
  std::vector<vit::CheckpointKind> saved;
};

/// Asks the run to stop after a number of batches, and remembers what it was told.
struct StopAfter : vit::Observer {
  explicit StopAfter(std::int64_t batches) : left(batches) {}
  void on_batch(const vit::BatchEvent&) override {
    if (--left == 0) stop = true;
  }
  void on_epoch(const vit::EpochEvent& event) override { epochs.push_back(event); }
  std::int64_t left;
  std::atomic<bool> stop{false};
  std::vector<vit::EpochEvent> epochs;
};

}  // namespace

TEST_CASE("A run is a function of its seed: the number of workers changes no bit") {
  SmallRun one(2, 1, 0), two(2, 1, 3);
  CHECK(one.go() == vit::TrainingEnd::complete);
  CHECK(two.go() == vit::TrainingEnd::complete);
  CHECK(one.same_weights(two));
}

TEST_CASE(
    "A run that is stopped in the middle of an epoch and resumed takes the same steps as an "
    "unbroken one") {
  const std::int64_t accumulate = GENERATE(1, 2);
  SmallRun unbroken(3, accumulate);
  StopAfter watcher(-1);
  REQUIRE(unbroken.go(nullptr, {&watcher}) == vit::TrainingEnd::complete);

  SmallRun stopped(3, accumulate);
  StopAfter stopper(8);  // in the second epoch of six batches
  REQUIRE(stopped.go(&stopper.stop, {&stopper}) == vit::TrainingEnd::stopped);
  CHECK(stopped.state.epoch == 1);
  CHECK(stopped.state.batch == 2);
  CHECK_FALSE(stopped.same_weights(unbroken));

  SmallRun resumed(3, accumulate);
  for (std::size_t i = 0; i < resumed.model->parameters().size(); ++i) {
    const torch::NoGradGuard no_grad;
    resumed.model->parameters()[i].copy_(stopped.model->parameters()[i]);
  }
  const auto from = stopped.optimizer->state(), to = resumed.optimizer->state();
  for (std::size_t i = 0; i < to.size(); ++i) to[i].second.copy_(from[i].second);
  resumed.optimizer->set_updates(stopped.state.update);
  resumed.state = stopped.state;
  StopAfter rest(-1);
  REQUIRE(resumed.go(nullptr, {&rest}) == vit::TrainingEnd::complete);
  CHECK(resumed.same_weights(unbroken));
  REQUIRE(rest.epochs.size() == 2);
  CHECK(rest.epochs[0].train_loss == watcher.epochs[1].train_loss);
  CHECK(rest.epochs[1].metrics == watcher.epochs[2].metrics);
}

TEST_CASE("Each epoch saves `last`, and `best` where it is better than all before") {
  SmallRun run(2);
  StopAfter watcher(-1);
  run.go(nullptr, {&watcher});
  std::vector<vit::CheckpointKind> expected;
  for (const vit::EpochEvent& epoch : watcher.epochs) {
    if (epoch.best) expected.push_back(vit::CheckpointKind::best);
    expected.push_back(vit::CheckpointKind::last);
  }
  CHECK((run.saved == expected));  // LibTorch cannot print a list of these
  CHECK(watcher.epochs[0].best);
  CHECK(watcher.epochs[0].epoch == 1);
}

TEST_CASE("Accumulating gradients over two batches is the same as one batch of twice the size") {
  SmallRun small(1, 2), large(1, 1);
  for (SmallRun* run : {&small, &large}) {  // no random masks: they depend on the batch
    run->model->options.drop_path_rate = run->model->options.proj_drop_rate = 0;
    run->model = vit::VisionTransformer(run->model->options);
    run->model->init_weights(7);
    run->optim.opt = "sgd";  // linear in the gradient, so that rounding is not amplified
    run->optimizer = vit::create_optimizer(run->optim, vit::param_groups(*run->model, 0.0));
  }
  large.loader.batch_size = 16;
  small.go();
  large.go();
  CHECK(small.state.update == large.state.update);
  for (std::size_t i = 0; i < small.model->parameters().size(); ++i)
    CHECK(torch::allclose(small.model->parameters()[i], large.model->parameters()[i], 1e-5, 1e-6));
}

TEST_CASE("A loss that is not a number ends the run with the place and a remedy") {
  SmallRun run(1);
  {
    const torch::NoGradGuard no_grad;
    run.model->head->bias.fill_(std::numeric_limits<float>::quiet_NaN());
  }
  try {
    run.go();
    FAIL("no error");
  } catch (const vit::Error& problem) {
    CHECK(problem.kind() == vit::ErrorKind::numerical);
    CHECK(problem.where() == "epoch 1, batch 1 of 6");
    CHECK_FALSE(problem.remedy().empty());
  }
  CHECK(run.saved.empty());
}

TEST_CASE("A small model learns one batch by heart") {
  SmallRun run(1);
  run.model->options.drop_path_rate = run.model->options.proj_drop_rate = 0;
  run.model = vit::VisionTransformer(run.model->options);
  run.model->init_weights(1);
  run.optim.clip_grad = 1.0;
  const auto optimizer = vit::create_optimizer(run.optim, vit::param_groups(*run.model, 0.0));
  vit::ClassifyTask task(*run.model, {.smoothing = 0});
  run.loader.workers = 0;
  vit::EpochLoader loader(*run.val_data, *run.val_pipeline, {0, 1, 2, 3, 4, 5, 6, 7}, 0,
                          run.loader);
  const vit::Batch batch = *loader.next();
  double loss = 0;
  for (int step = 0; step < 150; ++step) {
    const vit::TaskStep result = task.step(batch);
    result.loss.backward();
    vit::clip_grad_norm(optimizer->parameters(), 1.0);
    optimizer->step(3e-3);
    optimizer->zero_grad();
    loss = result.loss.item<double>();
  }
  CHECK(loss < 0.01);
}
