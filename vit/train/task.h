#pragma once

#include <torch/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vit/core/metric.h"
#include "vit/data/collator.h"
#include "vit/data/dataset.h"
#include "vit/data/loader.h"
#include "vit/data/split.h"
#include "vit/image/prediction.h"
#include "vit/models/network.h"
#include "vit/report/section.h"
#include "vit/weights/load_report.h"
#include "vit/weights/tensors.h"

namespace vit {

/// What one forward pass in training gives.
struct TaskStep {
  torch::Tensor loss;  ///< scalar, records gradients
  /// What else is worth telling of the batch, scalars that are means over its samples: the parts of
  /// the loss, the accuracy. See Task::parts.
  std::vector<std::pair<std::string, torch::Tensor>> parts;
};

/// Images [B, C, H, W], normalised -> what the task's predictor makes predictions of. A network
/// computes it, or an exported file.
using Graph = std::function<torch::Tensor(const torch::Tensor& images)>;

/// Turns images into predictions.
class Predictor {
 public:
  virtual ~Predictor() = default;
  /// One for each image of the batch, in its order.
  [[nodiscard]] virtual std::vector<Prediction> predict(const Batch& batch) = 0;
};

/// What an evaluation found of one sample.
struct SampleResult {
  std::int64_t index = 0;                 ///< position in the data set
  bool right = false;                     ///< whether the answer is the true one
  std::int64_t truth = 0, predicted = 0;  ///< classes
  double probability = 0;                 ///< that the model gave its answer
};

/// An evaluation under way: sees the predictions of every batch once, then knows the metrics.
class Evaluation {
 public:
  virtual ~Evaluation() = default;
  virtual void add(const Batch& batch, const std::vector<Prediction>& predictions) = 0;
  /// Takes in what another one of the same task has seen, as if it had been added here.
  virtual void merge(const Evaluation& other) = 0;
  /// Of everything added; the first one decides which checkpoint is the best. Asked of an
  /// evaluation that has seen nothing, it tells their names.
  [[nodiscard]] virtual Metrics metrics() const = 0;
  /// What a run is judged by, as a report shows it; of an evaluation that has seen nothing, without
  /// the value. Nothing where that is no percentage.
  [[nodiscard]] virtual std::optional<Headline> headline() const { return std::nullopt; }
  /// Sample by sample, in any order, where an answer is right or wrong; nothing of other tasks.
  [[nodiscard]] virtual std::vector<SampleResult> samples() const { return {}; }
  /// What a report shows of it; `data` is the set that was evaluated.
  [[nodiscard]] virtual EvaluationReport report(const Dataset& data) const = 0;
};

/// What follows a network's forward pass in an exported file, where a trace cannot hold it because
/// its steps depend on what was found.
struct ExportedStep {
  Graph run;  ///< of what the network computes
  /// The same as the body of a TorchScript method, `def finish(self, x: Tensor) -> Tensor:`, with
  /// the methods that it calls.
  std::string script;
};

/// Something else that an exported file computes, by a method of this name.
struct ExportedMethod {
  std::string name;
  std::function<torch::Tensor(const std::vector<torch::Tensor>& inputs)> run;
  /// Inputs of so many rows each, to trace it with and to compare by.
  std::function<std::vector<torch::Tensor>(std::int64_t batch)> example;
};

/// What an exported file computes: one tensor of one batch of images.
struct ExportedGraph {
  torch::nn::Module* module = nullptr;  ///< owns the weights
  Graph forward;
  Size2 img_size{};
  std::int64_t in_chans = 3;
  std::string output = "logits";  ///< what is computed, by name
  std::optional<ExportedStep> then{};
  std::vector<ExportedMethod> methods{};

  /// All of it, as the file computes it.
  [[nodiscard]] torch::Tensor operator()(const torch::Tensor& images) const {
    return then ? then->run(forward(images)) : forward(images);
  }
};

/// What is learned: a network, what its loss is, and how it is evaluated. The trainer knows nothing
/// else of a task.
class Task {
 public:
  virtual ~Task() = default;
  virtual Network& network() = 0;
  /// Makes the annotations that `step` and the evaluation read.
  [[nodiscard]] virtual const Collator& collator(Split split) const = 0;
  /// Forward pass and loss of a training batch; gradients are the caller's business.
  virtual TaskStep step(const Batch& batch) = 0;
  /// What `step` would do with images, for a dry run: without gradients, and before `prepare`.
  virtual void dry_step(const Batch& batch) { step(batch); }
  /// What the parts of its steps are called.
  [[nodiscard]] virtual Metrics parts() const { return {}; }
  /// After each update of the weights, counted from 0: a teacher follows, a centre moves.
  virtual void after_update(std::int64_t /*update*/) {}

  /// Predicts by the network as it is.
  [[nodiscard]] virtual std::unique_ptr<Predictor> predictor() = 0;
  /// The same, and predictions say how they came to be, which takes longer. Null: they cannot.
  [[nodiscard]] virtual std::unique_ptr<Predictor> explaining_predictor() { return nullptr; }
  [[nodiscard]] virtual std::unique_ptr<Evaluation> evaluation() const = 0;
  [[nodiscard]] virtual ExportedGraph exported() = 0;
  /// What the network computes of named tensors, `x` [B, C, H, W] and what else it takes, by the
  /// names that its source library has for them. Throws Error (usage) where an input is missing.
  [[nodiscard]] virtual NamedTensors outputs(const NamedTensors& inputs);
  /// Puts the weights of one of its checkpoints into the network; averages in their place, where it
  /// has some. Throws Error (weights) where they do not fit.
  virtual LoadReport load(const std::filesystem::path& checkpoint) = 0;
  /// Takes from weights of a whole network (TaskConfig::owns) those of the backbone alone, so that
  /// the rest is learned anew. Throws Error (weights).
  virtual LoadReport load_backbone(const std::filesystem::path& weights);

  /// A training batch of random images and annotations, to measure with.
  [[nodiscard]] virtual Batch random_batch(std::int64_t size, std::uint64_t seed) const = 0;

  /// What is to be computed before training, as features of a frozen network are; false where
  /// `stop` was set on the way.
  virtual bool prepare(const std::atomic<bool>* /*stop*/) { return true; }
  /// Where the network is trained on what `prepare` computed: the batches of this order of a split
  /// from batch `first` on. Null: its images are read.
  [[nodiscard]] virtual std::unique_ptr<BatchSource> batches(Split /*split*/,
                                                             std::vector<std::int64_t> /*order*/,
                                                             const LoaderOptions& /*loader*/,
                                                             std::int64_t /*first*/) {
    return nullptr;
  }
  /// Whether forward passes are to be in float32 whatever train.amp says.
  [[nodiscard]] virtual bool full_precision() const { return false; }
};

/// The input of this name. Throws Error (usage) where there is none.
[[nodiscard]] const torch::Tensor& input_of(const NamedTensors& inputs, std::string_view name);

}  // namespace vit
