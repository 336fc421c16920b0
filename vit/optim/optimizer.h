#pragma once

#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vit/optim/clip.h"
#include "vit/optim/options.h"
#include "vit/optim/param_groups.h"

namespace vit {

/// What the schedules give for one update.
struct UpdateRates {
  double lr = 0;
  double gradient_factor = 1.0;      ///< of all gradients, as clipping found it
  double weight_decay_factor = 1.0;  ///< of each group's weight decay
  std::optional<double> momentum;    ///< none: the optimizer's own
};

/// Updates the parameters of a model from their gradients. Parameters, gradients and state may be
/// views into larger buffers, as long as each is contiguous.
class Optimizer {
 public:
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// One update, after which gradients are no longer of use. A parameter without a gradient stays
  /// as it is, and so does its state.
  void step(const UpdateRates& rates);
  void step(double lr) { step(UpdateRates{.lr = lr}); }
  /// What a resumed run needs, by name (`exp_avg/blocks.0.attn.qkv.weight`); the tensors are the
  /// optimizer's own, so that a checkpoint can be read straight into them.
  [[nodiscard]] std::vector<std::pair<std::string, torch::Tensor>> state() const;
  /// Updates done so far; part of the state.
  [[nodiscard]] std::int64_t updates() const { return updates_; }
  void set_updates(std::int64_t updates) { updates_ = updates; }

  /// Forgets all gradients.
  void zero_grad();
  [[nodiscard]] std::vector<torch::Tensor> parameters() const;
  [[nodiscard]] const std::vector<ParamGroup>& groups() const { return groups_; }

 protected:
  using NamedState = std::vector<std::pair<std::string, torch::Tensor>>;

  /// A parameter that has a gradient, on its way through an update.
  struct Item {
    torch::Tensor parameter, gradient;
    std::vector<torch::Tensor> state;  ///< in the order of make_state
    double updates = 0;                ///< of this parameter, with this one
    torch::Tensor step;                ///< the same as a float32 scalar beside the parameter
  };
  /// What holds for all items of a group.
  struct Rates {
    double lr = 0, weight_decay = 0, momentum = 0;
    double gradient_factor = 1;  ///< still to be multiplied in, by who scales_gradients
  };

  Optimizer(const OptimOptions& options, std::vector<ParamGroup> groups)
      : options_(options), groups_(std::move(groups)) {}
  /// To be called at the end of every constructor.
  void prepare();

  /// The state of a parameter before its first update, by name.
  [[nodiscard]] virtual NamedState make_state(const torch::Tensor& parameter) const = 0;
  /// Sees everything that will be updated, before the first group is.
  virtual void before_update(const std::vector<std::vector<Item>>& /*groups*/) {}
  virtual void update(std::vector<Item>& items, const Rates& rates) = 0;
  /// Whether `update` multiplies gradients by their factor, in the pass that it makes over them.
  [[nodiscard]] virtual bool scales_gradients() const { return false; }
  /// The factor as LibTorch's fused optimizers take it, which divide; none for 1.
  [[nodiscard]] static std::optional<torch::Tensor> divisor(const Rates& rates,
                                                            const torch::Device& device);

  [[nodiscard]] double beta1() const { return options_.betas ? options_.betas->at(0) : 0.9; }
  [[nodiscard]] double beta2(double fallback = 0.999) const {
    return options_.betas ? options_.betas->at(1) : fallback;
  }
  [[nodiscard]] static torch::Tensor zeros_like(const torch::Tensor& parameter);

  OptimOptions options_;

 private:
  std::vector<ParamGroup> groups_;
  std::vector<std::vector<NamedState>> state_;  // as groups_
  torch::Tensor steps_;  // float32 on the CPU, one for each parameter, in the order of groups_
  std::int64_t updates_ = 0;
};

/// The optimizer that `options.opt` names; each has its source in its own file.
[[nodiscard]] std::unique_ptr<Optimizer> create_optimizer(const OptimOptions& options,
                                                          std::vector<ParamGroup> groups);

}  // namespace vit
