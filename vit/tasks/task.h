#pragma once

#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vit/data/batch.h"

namespace vit {

/// Named figures of an evaluation in their order; the first decides which checkpoint is the best.
using Metrics = std::vector<std::pair<std::string, double>>;

/// Which of two values of a metric is the better one.
enum class Better { larger, smaller };

/// Whether `value` is better than `best`, the best so far, if there is one. What is not a number
/// never is.
[[nodiscard]] inline bool is_better(Better better, double value, std::optional<double> best) {
  if (std::isnan(value)) return false;
  if (!best || std::isnan(*best)) return true;
  return better == Better::larger ? value > *best : value < *best;
}

/// What one forward pass in training gives.
struct TaskStep {
  torch::Tensor loss;     ///< scalar, records gradients
  torch::Tensor correct;  ///< int64 scalar, samples that were right; undefined: no such notion
};

/// An evaluation under way: sees every batch once, then knows the figures.
class Evaluation {
 public:
  virtual ~Evaluation() = default;
  virtual void add(const Batch& batch) = 0;
  /// Figures of everything added; `loss` is among them.
  [[nodiscard]] virtual Metrics metrics() const = 0;
};

/// What turns a batch into a loss and into figures. The trainer knows nothing else of a task.
class Task {
 public:
  virtual ~Task() = default;
  /// Forward pass and loss of a training batch; gradients are the caller's business.
  virtual TaskStep step(const Batch& batch) = 0;
  /// A fresh evaluation of the model as it is.
  virtual std::unique_ptr<Evaluation> evaluate() = 0;
  /// Which values are better of the first figure of its evaluations.
  [[nodiscard]] virtual Better better() const { return Better::larger; }
};

}  // namespace vit
