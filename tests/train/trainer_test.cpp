#include "vit/train/trainer.h"

#include <torch/types.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "tests/catch.h"
#include "tests/optim/clip_in_place.h"
#include "tests/train/small_run.h"
#include "vit/core/error.h"
#include "vit/train/memory.h"

using vit::test::SmallRun;
using vit::test::StopAfter;

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
  resumed.resume(stopped);
  StopAfter rest(-1);
  REQUIRE(resumed.go(nullptr, {&rest}) == vit::TrainingEnd::complete);
  CHECK(resumed.same_weights(unbroken));
  REQUIRE(rest.epochs.size() == 2);
  CHECK(rest.epochs[0].train_loss == watcher.epochs[1].train_loss);
  CHECK((rest.epochs[1].metrics == watcher.epochs[2].metrics));
}

TEST_CASE("Each epoch saves `last`, and `best` where it is better than all before") {
  SmallRun run(2);
  StopAfter watcher(-1);
  run.go(nullptr, {&watcher});
  std::vector<vit::CheckpointKind> expected;
  for (const vit::EpochEvent& epoch : watcher.epochs) {
    expected.push_back(epoch.best ? vit::CheckpointKind::last_and_best : vit::CheckpointKind::last);
  }
  CHECK((run.saved == expected));  // LibTorch cannot print a list of these
  CHECK(watcher.epochs[0].best);
  CHECK(watcher.epochs[0].epoch == 1);
}

TEST_CASE("What a checkpoint holds stays as it is until the change is announced") {
  SmallRun run(2);
  run.optim.sam_rho = GENERATE(0.0, 0.05);
  run.train.checkpoint_every = "2 updates";
  run.train.model_ema = 0.9;
  vit::Ema ema(*run.model, {.decay = 0.9});
  run.ema = &ema;
  run.go();
  CHECK(run.unchanged);
  CHECK(run.settled == 5);  // of six: the last one has nothing behind it
}

TEST_CASE("Accumulating gradients over two batches is the same as one batch of twice the size") {
  const std::int64_t samples = GENERATE(48, 44);  // of the second the last batch is half full
  SmallRun small(1, 2, 2, samples), large(1, 1, 2, samples);
  for (SmallRun* run : {&small, &large}) {  // no random masks: they depend on the batch
    run->model->options.drop_path_rate = run->model->options.proj_drop_rate = 0;
    run->model = vit::VisionTransformer(run->model->options);
    run->model->init_weights(7);
    run->optim.opt = "sgd";  // linear in the gradient, so that rounding is not amplified
    run->optimizer = vit::create_optimizer(run->optim, vit::param_groups(*run->model, 0.0));
  }
  large.loader.batch_size = 16;
  for (SmallRun* run : {&small, &large}) run->train.drop_last = false;
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
  vit::ClassifyTask task = run.task({.smoothing = 0});
  run.loader.workers = 0;
  vit::EpochLoader loader(*run.val_data, *run.val_pipeline, {0, 1, 2, 3, 4, 5, 6, 7}, 0,
                          run.loader);
  const vit::Batch batch = *loader.next();
  double loss = 0;
  for (int step = 0; step < 150; ++step) {
    const vit::TaskStep result = task.step(batch);
    result.loss.backward();
    vit::test::clip_in_place(optimizer->parameters(), 1.0);
    optimizer->step(3e-3);
    optimizer->zero_grad();
    loss = result.loss.item<double>();
  }
  CHECK(loss < 0.01);
}

TEST_CASE("An update that is not finite is skipped or rolled back where that was asked for") {
  const bool rolls_back = GENERATE(false, true);
  SmallRun plain(2), poisoned(2);
  for (const torch::Tensor& parameter : poisoned.model->parameters())
    poisoned.checkpoint.push_back(parameter.detach().clone());
  poisoned.train.on_nan = rolls_back ? "rollback" : "skip";
  CHECK(poisoned.go(nullptr, {}, 5) == vit::TrainingEnd::complete);
  CHECK(poisoned.state.troubles == 2);  // once an epoch
  CHECK(poisoned.state.update == 12);
  for (const torch::Tensor& parameter : poisoned.model->parameters())
    CHECK(parameter.isfinite().all().item<bool>());
  CHECK_FALSE(poisoned.trouble);

  SmallRun stubborn(2);
  stubborn.train.on_nan = "skip";
  stubborn.train.max_nan = 1;
  CHECK_THROWS_WITH(stubborn.go(nullptr, {}, 5), Catch::Contains("diverged"));
  CHECK(stubborn.trouble);
}

TEST_CASE("What is kept of trouble is the state before it, with the samples") {
  SmallRun run(1);
  CHECK_THROWS(run.go(nullptr, {}, 5));
  REQUIRE(run.trouble);
  CHECK(run.trouble->update == run.before_trouble.update);
  CHECK(run.trouble->samples.size() == 8);
  CHECK(std::find(run.trouble->samples.begin(), run.trouble->samples.end(), 5) !=
        run.trouble->samples.end());
  // Going on from there meets the same again, with the same gradients up to it.
  vit::UpdateEvent first = *run.trouble;
  run.state = run.before_trouble;
  run.trouble.reset();
  CHECK_THROWS(run.go(nullptr, {}, 5));
  CHECK(run.trouble->samples == first.samples);
}

TEST_CASE("Averages are evaluated in place of the weights, and the weights stay") {
  SmallRun run(1);
  vit::Ema ema(*run.model, {.decay = 0.5});
  run.ema = &ema;
  run.train.model_ema = 0.5;
  StopAfter watcher(-1);
  run.go(nullptr, {&watcher});
  bool differs = false;
  std::size_t i = 0;
  for (const torch::Tensor& parameter : run.model->parameters())
    differs = differs || !torch::equal(parameter, ema.tensors()[i++].second);
  CHECK(differs);
  const vit::EmaWeights averaged(&ema);
  vit::ClassifyTask task = run.task();
  const auto evaluation = task.evaluation();
  vit::run_evaluation(*evaluation, task, *run.val_data, *run.val_pipeline, run.loader, c10::kCPU,
                      "fp32");
  CHECK((evaluation->metrics() == watcher.epochs[0].metrics));
}

TEST_CASE("Frozen parameters stay, until their epoch comes") {
  SmallRun run(2);
  run.train.freeze = {"patch_embed", "blocks.0"};
  run.train.unfreeze_epoch = 1;
  const torch::Tensor& frozen = run.model->patch_embed->proj->weight;
  const torch::Tensor before = frozen.detach().clone();
  struct AtEpoch : vit::Observer {
    void on_epoch(const vit::EpochEvent& event) override {
      if (event.epoch == 1) after_first = parameter.detach().clone();
    }
    torch::Tensor parameter, after_first;
  } watcher;
  watcher.parameter = frozen;
  run.go(nullptr, {&watcher});
  CHECK(torch::equal(watcher.after_first, before));
  CHECK_FALSE(torch::equal(frozen, before));
}

TEST_CASE("A run without progress stops early, and stays stopped") {
  SmallRun run(50);
  run.optim.lr = 0;
  run.schedule.warmup_lr = run.schedule.min_lr = 0;
  run.train.early_stopping = 2;
  struct Notes : vit::Observer {
    void on_note(const std::string& note) override { text += note; }
    std::string text;
  } notes;
  CHECK(run.go(nullptr, {&notes}) == vit::TrainingEnd::complete);
  CHECK(run.state.epoch == 3);
  CHECK_THAT(notes.text, Catch::Contains("stopped early after epoch 3 of 50"));
  CHECK(run.go() == vit::TrainingEnd::complete);
  CHECK(run.state.epoch == 3);
}

TEST_CASE(
    "Checkpoints come after so many updates, and told to stop in an evaluation it stops there") {
  SmallRun run(1);
  run.train.checkpoint_every = "2 updates";
  run.go();
  CHECK(run.saved.size() == 3);  // after 2, 4 and, with the evaluation, 6

  SmallRun stopped(2), unbroken(2);
  StopAfter at_the_end(6);  // all batches of the first epoch
  CHECK(stopped.go(&at_the_end.stop, {&at_the_end}) == vit::TrainingEnd::stopped);
  CHECK(stopped.state.epoch == 0);
  CHECK(stopped.state.batch == 6);
  CHECK(stopped.go() == vit::TrainingEnd::complete);
  unbroken.go();
  CHECK(stopped.same_weights(unbroken));
  CHECK(stopped.state == unbroken.state);
}

TEST_CASE("Sharpness-aware steps differ from plain ones, and repeat") {
  SmallRun plain(1), sharp(1), again(1);
  sharp.optim.sam_rho = again.optim.sam_rho = 0.05;
  plain.go();
  sharp.go();
  again.go();
  CHECK_FALSE(sharp.same_weights(plain));
  CHECK(sharp.same_weights(again));
}

TEST_CASE("float16 with scaled losses learns as float32 does") {
  SmallRun half(1), single(1);
  half.train.amp = "fp16";
  StopAfter of_half(-1), of_single(-1);
  half.go(nullptr, {&of_half});
  single.go(nullptr, {&of_single});
  CHECK(of_half.epochs[0].train_loss == Approx(of_single.epochs[0].train_loss).epsilon(0.02));
  CHECK_FALSE(half.same_weights(single));
}

TEST_CASE("Three hundred updates need no more memory than the first hundred") {
  SmallRun run(51);
  struct Watcher : vit::Observer {
    void on_update(const vit::UpdateEvent& event) override {
      if (event.update == 100) early = vit::resident_memory();
      if (event.update == 300) late = vit::resident_memory();
    }
    double early = 0, late = 0;
  } watcher;
  run.go(nullptr, {&watcher});
  REQUIRE(watcher.late > 0);
  CHECK(watcher.late - watcher.early < 2e6);  // bytes; a leaked batch a step would be 5 MB more
}

namespace {

/// Classification that is judged by given figures in place of its own.
class Judged final : public vit::ClassifyTask {
 public:
  Judged(const SmallRun& run, std::vector<double> figures, vit::Better better)
      : vit::ClassifyTask(run.task()), figures_(std::move(figures)), better_(better) {}
  [[nodiscard]] std::unique_ptr<vit::Evaluation> evaluation() const override {
    struct Fixed final : vit::Evaluation {
      Fixed(double figure, vit::Better better_) : value(figure), better(better_) {}
      void add(const vit::Batch&, const std::vector<vit::Prediction>&) override { seen = true; }
      void merge(const vit::Evaluation&) override {}
      [[nodiscard]] vit::Metrics metrics() const override {
        return {{.name = "error", .value = value, .better = better}};
      }
      [[nodiscard]] vit::EvaluationReport report(const vit::Dataset&) const override { return {}; }
      double value;
      vit::Better better;
      bool seen = false;
    };
    // Some are only asked for their names.
    return std::make_unique<Fixed>(figures_.at(std::min(epoch, figures_.size() - 1)), better_);
  }
  std::size_t epoch = 0;

 private:
  std::vector<double> figures_;
  vit::Better better_;
};

}  // namespace

TEST_CASE("The best epoch is that of the best metric, larger or smaller, and never one of NaN") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto best = [](const std::vector<double>& figures, vit::Better better) {
    SmallRun run(static_cast<std::int64_t>(figures.size()), 1, 0, 16);
    Judged task(run, figures, better);
    struct Epochs : vit::Observer {
      explicit Epochs(std::size_t& epoch_) : epoch(epoch_) {}
      void on_epoch(const vit::EpochEvent&) override { ++epoch; }
      std::size_t& epoch;
    } epochs(task.epoch);
    run.go(nullptr, {&epochs}, -1, &task);
    return run.state.best_epoch;
  };
  CHECK(best({3, 1, 2}, vit::Better::larger) == 1);
  CHECK(best({3, 1, 2}, vit::Better::smaller) == 2);
  CHECK(best({nan, 1, 2}, vit::Better::larger) == 3);
  CHECK(best({nan, 2, nan}, vit::Better::smaller) == 2);
  CHECK(best({nan, nan}, vit::Better::larger) == 0);
}

TEST_CASE("A run that was moved in its schedules takes their rates from there on") {
  SmallRun plain(4), moved(4);
  struct Rates : vit::Observer {
    void on_update(const vit::UpdateEvent& event) override { lr.push_back(event.lr); }
    std::vector<double> lr;
  } of_plain, of_moved;
  plain.go(nullptr, {&of_plain});
  moved.state.schedule_shift = 5;
  moved.go(nullptr, {&of_moved});
  REQUIRE(of_plain.lr.size() == 24);
  for (std::size_t i = 0; i + 5 < 24; ++i) CHECK(of_moved.lr[i] == of_plain.lr[i + 5]);
}

TEST_CASE("Versions of each image count once: in the mean loss, in accuracy and in samples") {
  SmallRun run(1);
  vit::AugmentOptions augment;
  augment.train = vit::AugmentList{"hflip"};
  augment.aa = "rand-m9";
  vit::InputSpec input;
  input.img_size = {16, 16};
  run.train_pipeline =
      std::make_unique<vit::Pipeline>(vit::Pipeline::training(input, augment, 7, {}, 3));
  vit::ClassifyTask task = run.task({.loss = "jsd"});
  struct Updates : vit::Observer {
    void on_update(const vit::UpdateEvent& event) override {
      sum += event.loss;
      samples += event.samples.size();
    }
    double sum = 0;
    std::size_t samples = 0;
  } updates;
  StopAfter watcher(-1);
  run.go(nullptr, {&updates, &watcher}, -1, &task);
  CHECK(updates.samples == 48);
  REQUIRE(watcher.epochs.size() == 1);
  CHECK(watcher.epochs[0].train_loss == Approx(updates.sum / 6));
  const auto accuracy = vit::value_of(watcher.epochs[0].parts, "top1");
  REQUIRE(accuracy);
  CHECK(*accuracy <= 100);
}
