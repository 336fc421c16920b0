#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "vit/models/network.h"
#include "vit/optim/options.h"

namespace vit {

struct NamedParameter {
  std::string name;
  torch::Tensor parameter;
};

/// Parameters that are updated alike.
struct ParamGroup {
  double weight_decay = 0;
  double lr_scale = 1.0;
  std::vector<NamedParameter> parameters;
};

/// The learned parameters of a model, split as timm does: no weight decay for one-dimensional ones,
/// biases, and those that the model or `options.no_weight_decay` name; with layer_decay each layer
/// has its own lr_scale; `options.groups` has the last word. Groups are in the order of their first
/// parameter. Throws Error (usage) for an override that matches nothing.
[[nodiscard]] std::vector<ParamGroup> param_groups(Network& network, const OptimOptions& options);

/// The same with this weight decay and nothing else.
[[nodiscard]] std::vector<ParamGroup> param_groups(Network& network, double weight_decay);

}  // namespace vit
