#pragma once

#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vit/models/network.h"

namespace vit {

struct EmaOptions {
  double decay = 0.9999;
  bool warmup = false;     ///< let the decay rise as 1 - (1 + updates)^(-2/3)
  bool force_cpu = false;  ///< keep it in the processor's memory
};

/// The decay of update `update` of the weights, counted from 1.
[[nodiscard]] double ema_decay(const EmaOptions& options, std::int64_t update);

/// An exponential moving average of a model's weights and buffers (Polyak and Juditsky 1992), as
/// timm's ModelEmaV3: the first update copies.
class Ema {
 public:
  Ema(Network& network, const EmaOptions& options);

  /// After update `update` of the weights, counted from 1. `decay` replaces that of the options.
  void update(std::int64_t update, std::optional<double> decay = {});

  /// The averages under the model's names; the tensors are the object's own.
  [[nodiscard]] const std::vector<std::pair<std::string, torch::Tensor>>& tensors() const {
    return averages_;
  }

 private:
  friend class EmaWeights;
  EmaOptions options_;
  std::vector<torch::Tensor> live_;  // the model's, as averages_
  std::vector<std::pair<std::string, torch::Tensor>> averages_;
};

/// While the object lives, the model computes with the averages; without an Ema it changes nothing.
class EmaWeights {
 public:
  explicit EmaWeights(Ema* ema);
  ~EmaWeights();
  EmaWeights(const EmaWeights&) = delete;
  EmaWeights& operator=(const EmaWeights&) = delete;

 private:
  Ema* ema_;
  std::vector<torch::Tensor> own_;  // the model's data meanwhile
};

}  // namespace vit
