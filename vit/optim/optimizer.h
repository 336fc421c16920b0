#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vit/optim/options.h"
#include "vit/optim/param_groups.h"

namespace vit {

/// Updates the parameters of a model from their gradients.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// One update with this learning rate. A parameter without a gradient stays as it is.
  virtual void step(double lr) = 0;
  /// What a resumed run needs, by name (`exp_avg/blocks.0.attn.qkv.weight`); the tensors are the
  /// optimizer's own, so that a checkpoint can be read straight into them.
  [[nodiscard]] virtual std::vector<std::pair<std::string, torch::Tensor>> state() = 0;
  /// Updates done so far; part of the state.
  [[nodiscard]] std::int64_t updates() const { return updates_; }
  virtual void set_updates(std::int64_t updates) { updates_ = updates; }

  /// Forgets all gradients.
  void zero_grad();
  [[nodiscard]] std::vector<torch::Tensor> parameters() const;

 protected:
  explicit Optimizer(std::vector<ParamGroup> groups) : groups_(std::move(groups)) {}
  std::vector<ParamGroup> groups_;
  std::int64_t updates_ = 0;
};

/// AdamW (Loshchilov and Hutter 2019) or SGD with Nesterov momentum, each LibTorch's fused step.
[[nodiscard]] std::unique_ptr<Optimizer> create_optimizer(const OptimOptions& options,
                                                          std::vector<ParamGroup> groups);

/// Scales all gradients so that their common 2-norm is at most `max_norm`, as
/// torch.nn.utils.clip_grad_norm_ does, and returns the norm before (a scalar on their device).
/// An infinite `max_norm` only measures.
torch::Tensor clip_grad_norm(const std::vector<torch::Tensor>& parameters, double max_norm);

}  // namespace vit
