#include "vit/run/benchmark.h"

#include <ATen/Parallel.h>
#include <ATen/ops/linear.h>
#include <torch/utils.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <sstream>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/experiment/experiment_data.h"
#include "vit/kernels/isa.h"
#include "vit/models/profile.h"
#include "vit/optim/optimizer.h"
#include "vit/run/open_model.h"
#include "vit/train/device.h"
#include "vit/train/memory.h"
#include "vit/train/prediction_scope.h"
#include "vit/train/train_step.h"

namespace vit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWarmup = 3;
constexpr double kLongEnough = 1;  // seconds, to measure one product

double timed(c10::Device device, const std::function<void()>& step) {
  const auto start = Clock::now();
  step();
  synchronize(device);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  VIT_ASSERT(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// Seconds since the kernel started this process (proc(5): field 22 of stat, in clock ticks since
/// boot); 0 where /proc does not tell.
double process_age() {
  std::ifstream stat("/proc/self/stat"), uptime_file("/proc/uptime");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  double uptime = 0;
  if (!(uptime_file >> uptime) || text.find(')') == std::string::npos) return 0;
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  return uptime - std::stod(field) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// The best rate of a matrix product in this type, over a square one and those of an MLP.
double matrix_peak_gflops(c10::Device device, torch::ScalarType type) {
  torch::NoGradGuard no_grad;
  struct Shape {
    std::int64_t rows, in, out;
  };
  const std::vector<Shape> shapes =
      device.is_cpu()
          ? std::vector{Shape{2048, 2048, 2048}, Shape{12608, 192, 768}, Shape{12608, 768, 192}}
          : std::vector{Shape{8192, 8192, 8192}};
  const auto options = torch::dtype(type).device(device);
  double best = 0;
  for (const auto [rows, in, out] : shapes) {
    // Random numbers: a GPU multiplies zeros and ones faster than what a model has.
    const torch::Tensor x = torch::randn({rows, in}, options), w = torch::randn({out, in}, options);
    const double flops = 2.0 * static_cast<double>(rows * in * out);
    double spent = 0;  // emulated types take seconds each
    for (int round = 0; round < 6 && spent < kLongEnough; ++round) {
      const double seconds = timed(device, [&] { at::linear(x, w); });
      best = std::max(best, flops / seconds / 1e9);
      spent += seconds;
    }
  }
  return best;
}

Benchmark measure(const Experiment& experiment, const BenchmarkRequest& request,
                  const std::string& dtype, ImageModel& model, double passes,
                  const std::function<void()>& step) {
  Benchmark result;
  result.model = experiment.model.name;
  result.dtype = dtype;
  const c10::Device device = resolve_device(experiment.train.device);
  result.device = device_description(device);
  result.isa = kernels::name(kernels::active_isa());
  result.batch_size = experiment.data.batch_size;
  result.threads = at::get_num_threads();
  result.flops = passes * 2.0 * static_cast<double>(profile(model).multiply_adds) *
                 static_cast<double>(experiment.data.batch_size);
  step();
  synchronize(device);
  result.first_step_s = process_age();
  for (int i = 1; i < kWarmup; ++i) step();
  synchronize(device);
  if (request.compare) {
    const kernels::PlainScope plain;
    step();
  }
  for (std::int64_t i = 0; i < request.steps; ++i) {
    result.seconds.push_back(timed(device, step));
    if (!request.compare) continue;
    const kernels::PlainScope plain;
    result.plain_seconds.push_back(timed(device, step));
  }
  result.peak_memory_bytes = static_cast<std::int64_t>(peak_memory(device));
  result.peak_gflops =
      matrix_peak_gflops(device, dtype == "fp32" ? torch::kFloat32 : torch::kBFloat16);
  return result;
}

/// The experiment with what a run takes from its data: the classes, and the words of its texts.
/// Where the data is not there, the model's own number of classes stays, and where it has none,
/// ImageNet's is taken.
Experiment with_data(const Experiment& given) {
  Experiment experiment = given;
  const bool says_words = experiment.task->needs().has(SamplePart::caption);
  if (experiment.num_classes_given && !says_words) return experiment;
  std::int64_t& classes = num_classes(experiment.model);
  try {
    const DataSplits data = open_data(experiment.data);
    if (!experiment.num_classes_given)
      classes = static_cast<std::int64_t>(experiment.task->classes(*data.train).size());
    experiment.task.config().learn_from(*data.train);
  } catch (const Error& problem) {
    if (classes == 0) classes = 1000;
    log::warn(str(problem.where(), ": ", problem.problem(), "; measured with ", classes,
                  " classes (model.num_classes)"));
  }
  return experiment;
}

/// The task of an experiment with random weights, on the device.
struct RandomTask {
  std::shared_ptr<ImageModel> model;
  std::unique_ptr<Task> task;
};

RandomTask random_task(const Experiment& experiment) {
  const auto seed = static_cast<std::uint64_t>(experiment.seed);
  RandomTask made;
  made.model = create_model(experiment.task->model(experiment.model));
  made.model->init_weights(seed);
  ModelSpec spec = experiment.model;  // num_classes() wants to be able to change it
  made.task = make_task(experiment, made.model, experiment_input(experiment),
                        std::vector<std::string>(static_cast<std::size_t>(num_classes(spec))));
  made.task->network().module().to(resolve_device(experiment.train.device));
  return made;
}

}  // namespace

double Benchmark::images_per_s() const { return static_cast<double>(batch_size) / median(seconds); }
double Benchmark::best_images_per_s() const {
  return static_cast<double>(batch_size) / *std::min_element(seconds.begin(), seconds.end());
}
double Benchmark::plain_images_per_s() const {
  return static_cast<double>(batch_size) / median(plain_seconds);
}
double Benchmark::gflops() const { return flops / median(seconds) / 1e9; }

Benchmark benchmark_training(const Experiment& given, const BenchmarkRequest& request) {
  const Experiment experiment = with_data(given);
  set_compute_threads(experiment.train.threads);
  const c10::Device device = resolve_device(experiment.train.device);
  set_deterministic(device, experiment.train.deterministic);
  const RandomTask random = random_task(experiment);
  Network& network = random.task->network();
  network.module().train();
  OptimOptions optim = experiment.optim;
  const std::unique_ptr<Optimizer> optimizer =
      create_optimizer(optim, param_groups(network, optim));
  if (!optim.clip_grad) optim.clip_grad = 1.0;  // timed, whatever the experiment does

  const std::int64_t size = experiment.data.batch_size;
  const auto seed = static_cast<std::uint64_t>(experiment.seed);
  const Batch batch = random.task->random_batch(size, seed).to(device);
  const double lr = base_learning_rate(optim, size * experiment.train.grad_accum_steps);
  GradScalerState scaler;
  TrainStep train_step({.task = *random.task,
                        .optimizer = *optimizer,
                        .optim = optim,
                        .device = device,
                        .amp = experiment.train.amp,
                        .seed = seed},
                       scaler);
  std::int64_t updates = 0;
  const auto step = [&] { train_step.whole(batch, {0, updates++}, {.lr = lr}); };
  // Backward passes are two more products of the same size for each one forward.
  return measure(experiment, request, experiment.train.amp, *random.model,
                 3.0 * static_cast<double>(batch.versions), step);
}

Benchmark benchmark_inference(const Experiment& given, const BenchmarkRequest& request) {
  const Experiment experiment = with_data(given);
  set_compute_threads(experiment.train.threads);
  const c10::Device device = resolve_device(experiment.train.device);
  const RandomTask random = random_task(experiment);
  random.task->network().module().eval();
  const Batch batch =
      random.task
          ->random_batch(experiment.data.batch_size, static_cast<std::uint64_t>(experiment.seed))
          .to(device);
  const torch::Tensor images = batch.images.slice(0, 0, batch.samples());
  const std::string& dtype = request.dtype.empty() ? experiment.train.amp : request.dtype;
  const ExportedGraph graph = random.task->exported();
  const PredictionScope prediction(device, dtype);
  const auto step = [&] {
    (void)graph(images);
    prediction.check();
  };
  return measure(experiment, request, dtype, *random.model, 1.0, step);
}

}  // namespace vit
