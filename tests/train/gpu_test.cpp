#include <torch/types.h>

#include <cmath>

#include "tests/catch.h"
#include "tests/support/gpu.h"
#include "tests/train/small_run.h"
#include "vit/nn/grad_checkpoint.h"
#include "vit/train/ema.h"

using vit::test::SmallRun;
using vit::test::StopAfter;

namespace {

SmallRun run_on(c10::Device device, const std::string& amp, std::int64_t epochs = 2) {
  SmallRun run(epochs);
  run.train.amp = amp;
  run.move_to(device);
  return run;
}

/// Random masks come from the device's own generator, so that only a run without any can be
/// compared with one on the CPU.
SmallRun run_without_masks(c10::Device device, const std::string& amp) {
  SmallRun run(2);
  run.train.amp = amp;
  run.model->options.drop_path_rate = run.model->options.proj_drop_rate = 0;
  run.model = vit::VisionTransformer(run.model->options);
  run.model->init_weights(7);
  run.optim.opt = "sgd";  // linear in the gradient, so that rounding is not amplified
  run.optim.lr = 0.05;
  run.move_to(device);
  return run;
}

}  // namespace

TEST_CASE("A run on a GPU has the losses and figures of one on the CPU") {
  const auto device = vit::test::gpu();
  if (!device) return;
  const std::string amp = GENERATE("fp32", "bf16", "fp16");
  INFO(amp);
  SmallRun there = run_without_masks(*device, amp), here = run_without_masks(c10::kCPU, "fp32");
  StopAfter of_there(-1), of_here(-1);
  there.go(nullptr, {&of_there});
  here.go(nullptr, {&of_here});
  const double tolerance = amp == "fp32" ? 1e-4 : amp == "fp16" ? 3e-3 : 2e-2;
  REQUIRE(of_there.epochs.size() == 2);
  for (std::size_t epoch = 0; epoch < 2; ++epoch) {
    CHECK(of_there.epochs[epoch].train_loss ==
          Approx(of_here.epochs[epoch].train_loss).epsilon(tolerance));
    for (std::size_t i = 0; i < of_here.epochs[epoch].metrics.size(); ++i)
      if (of_here.epochs[epoch].metrics[i].name == "loss")
        CHECK(of_there.epochs[epoch].metrics[i].value ==
              Approx(of_here.epochs[epoch].metrics[i].value).epsilon(tolerance));
  }
}

TEST_CASE("A run on a GPU repeats to the last bit, for any number of workers") {
  const auto device = vit::test::gpu();
  if (!device) return;
  const std::string amp = GENERATE("fp32", "bf16", "fp16");
  INFO(amp);
  SmallRun one = run_on(*device, amp), two = run_on(*device, amp);
  two.loader.workers = 0;
  one.go();
  two.go();
  CHECK(one.model->head->weight.is_cuda());
  CHECK(one.same_weights(two));
  CHECK(one.state == two.state);
}

TEST_CASE("A run on a GPU that is stopped and resumed ends with the bits of an unbroken one") {
  const auto device = vit::test::gpu();
  if (!device) return;
  const std::string amp = GENERATE("fp32", "fp16");  // fp16: the scaler's state is resumed too
  SmallRun unbroken = run_on(*device, amp, 3), stopped = run_on(*device, amp, 3),
           resumed = run_on(*device, amp, 3);
  REQUIRE(unbroken.go() == vit::TrainingEnd::complete);
  StopAfter stopper(8);  // in the second epoch of six batches
  REQUIRE(stopped.go(&stopper.stop, {&stopper}) == vit::TrainingEnd::stopped);
  resumed.resume(stopped);
  REQUIRE(resumed.go() == vit::TrainingEnd::complete);
  CHECK(resumed.same_weights(unbroken));
}

TEST_CASE("Recomputing activations on a GPU changes no bit, random masks included") {
  const auto device = vit::test::gpu();
  if (!device) return;
  SmallRun plain = run_on(*device, "bf16"), recomputed = run_on(*device, "bf16");
  vit::set_grad_checkpointing(*recomputed.model, true);
  plain.go();
  recomputed.go();
  CHECK(plain.same_weights(recomputed));
}

TEST_CASE("Averaged weights, sharpness-aware steps and accumulation work on a GPU") {
  const auto device = vit::test::gpu();
  if (!device) return;
  const bool on_cpu = GENERATE(false, true);
  SmallRun run(2, 2);
  run.optim.sam_rho = 0.05;
  run.optim.clip_grad = 1.0;
  run.optim.clip_mode = "agc";
  run.train.model_ema = 0.5;
  run.train.amp = "bf16";
  run.move_to(*device);
  vit::Ema ema(*run.model, {.decay = 0.5, .force_cpu = on_cpu});
  run.ema = &ema;
  StopAfter watcher(-1);
  CHECK(run.go(nullptr, {&watcher}) == vit::TrainingEnd::complete);
  CHECK(ema.tensors().front().second.is_cpu() == on_cpu);
  CHECK(run.unchanged);
  CHECK(std::isfinite(watcher.epochs.back().train_loss));
  bool differs = false;
  std::size_t i = 0;
  for (const torch::Tensor& parameter : run.model->parameters())
    differs = differs || !torch::equal(parameter, ema.tensors()[i++].second.to(*device));
  CHECK(differs);
}
