#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "vit/models/image_model.h"

namespace vit {

struct NamedParameter {
  std::string name;
  torch::Tensor parameter;
};

/// Parameters that are updated alike.
struct ParamGroup {
  double weight_decay = 0;
  std::vector<NamedParameter> parameters;
};

/// The learned parameters of a model, split as timm does: no weight decay for one-dimensional ones,
/// biases, and those that the model names (tokens, positions).
[[nodiscard]] std::vector<ParamGroup> param_groups(ImageModel& model, double weight_decay);

}  // namespace vit
