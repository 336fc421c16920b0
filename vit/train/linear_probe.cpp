#include "vit/train/linear_probe.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/linear.h>
#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/data/sampler.h"
#include "vit/loss/cross_entropy.h"
#include "vit/metrics/classification.h"
#include "vit/train/autocast.h"
#include "vit/train/figures.h"
#include "vit/weights/tensors.h"

namespace vit {
namespace {

/// Figures of a head on features: `top1`, `top5` in percent, `loss`.
Metrics evaluate(const torch::Tensor& weight, const torch::Tensor& bias, const Features& val) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor logits = at::linear(val.values, weight, bias);
  const auto samples = static_cast<double>(val.labels.numel());
  return {{"top1", 100.0 * static_cast<double>(count_correct(logits, val.labels, 1)) / samples},
          {"top5", 100.0 * static_cast<double>(count_correct(logits, val.labels, 5)) / samples},
          {"loss", cross_entropy(logits, val.labels).item<double>()}};
}

}  // namespace

std::optional<Features> extract_features(ImageModel& body, const Dataset& data,
                                         const Pipeline& pipeline, const LoaderOptions& options,
                                         c10::Device device, const std::string& amp,
                                         const std::atomic<bool>* stop) {
  const torch::NoGradGuard no_grad;
  body.module().eval();
  LoaderOptions all = options;
  all.drop_last = false;
  EpochLoader loader(data, pipeline, sequential_order(data.size()), 0, all);
  std::vector<torch::Tensor> values, labels;
  for (auto batch = loader.next(); batch; batch = loader.next()) {
    if (stop != nullptr && *stop) return std::nullopt;
    const Autocast autocast(device.type(), amp);
    values.push_back(
        body.forward(batch->images.to(device)).to(torch::kCPU, torch::kFloat32).flatten(1));
    labels.push_back(batch->labels);
  }
  return Features{at::cat(values), at::cat(labels)};
}

std::optional<Features> cached_features(const std::filesystem::path& file, const std::string& key,
                                        const std::function<std::optional<Features>()>& compute) {
  std::error_code error;
  if (std::filesystem::exists(file, error)) try {
      const SafetensorsFile cache = SafetensorsFile::open(file);
      const auto found = cache.metadata().find("key");
      if (found != cache.metadata().end() && found->second == key)
        return Features{read_tensor(cache, cache.at("values")),
                        read_tensor(cache, cache.at("labels"))};
    } catch (const Error&) {
      // Damaged: computed again and replaced.
    }
  std::optional<Features> features = compute();
  if (!features) return std::nullopt;
  std::filesystem::create_directories(file.parent_path(), error);
  TensorWriter writer;
  writer.add("values", features->values);
  writer.add("labels", features->labels);
  writer.set_metadata("key", key);
  writer.write(file);
  return features;
}

void train_linear_probe(TrainingParts& parts, const Features& train, const Features& val,
                        const std::vector<Observer*>& observers, TrainingState& state,
                        double smoothing) {
  const std::string head = parts.model.classifier();
  auto named = parts.model.module().named_parameters();
  torch::Tensor *weight = named.find(head + ".weight"), *bias = named.find(head + ".bias");
  if (weight == nullptr || weight->dim() != 2)
    throw Error(ErrorKind::usage, "task.name", "the model's classifier is no linear layer",
                "linear_probe needs a model that ends in one");
  const BatchPlan plan(train.labels.numel(), parts.loader, 1);
  const Schedule schedule(parts.schedule, base_learning_rate(parts.optim, parts.loader.batch_size),
                          plan.updates());
  Figures figures(parts.schedule.epochs, plan);
  const torch::Tensor offset = bias != nullptr ? *bias : torch::Tensor();
  std::vector<torch::Tensor> best;
  for (; state.epoch < parts.schedule.epochs; ++state.epoch) {
    const Stopwatch time;
    figures.start_epoch();
    state.loss_sum = 0;
    state.correct = state.samples = 0;
    std::vector<std::int64_t> order = shuffled_order(train.labels.numel(), parts.seed, state.epoch);
    const torch::Tensor indices =
        at::from_blob(order.data(), {train.labels.numel()}, torch::kInt64);
    for (std::int64_t b = 0; b < plan.batches(); ++b) {
      const torch::Tensor rows = indices.slice(0, b * parts.loader.batch_size,
                                               b * parts.loader.batch_size + plan.samples(b, 1));
      const torch::Tensor labels = train.labels.index_select(0, rows);
      const torch::Tensor logits = at::linear(train.values.index_select(0, rows), *weight, offset);
      const torch::Tensor loss = cross_entropy(logits, labels, smoothing);
      loss.backward();
      parts.optimizer.step(schedule.lr(state.update, state.metrics));
      parts.optimizer.zero_grad();
      ++state.update;
      state.loss_sum += loss.item<double>() * static_cast<double>(labels.numel());
      state.samples += labels.numel();
      state.correct += count_correct(logits.detach(), labels, 1);
      figures.images += labels.numel();
    }
    figures.times.total = time.seconds();
    EpochEvent event = figures.epoch(state, evaluate(*weight, offset, val));
    event.lr = schedule.lr(state.update - 1, state.metrics);
    event.seconds = time.seconds();
    state.metrics.push_back(event.metrics.front().second);
    if (event.best) {
      state.best_metric = event.metrics.front().second;
      state.best_epoch = event.epoch;
      best.clear();
      for (const torch::Tensor& parameter : parts.optimizer.parameters())
        best.push_back(parameter.detach().clone());
    }
    for (Observer* observer : observers) observer->on_epoch(event);
  }
  const torch::NoGradGuard no_grad;
  const std::vector<torch::Tensor> parameters = parts.optimizer.parameters();
  for (std::size_t i = 0; i < best.size(); ++i) parameters[i].copy_(best[i]);
}

}  // namespace vit
