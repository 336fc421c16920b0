#include "vit/tasks/linear_probe/probed_head.h"

#include <ATen/ops/linear.h>
#include <torch/utils.h>

#include <utility>

#include "vit/core/error.h"

namespace vit {

ProbedHead::ProbedHead(std::shared_ptr<ImageModel> model) : model_(std::move(model)) {
  auto named = model_->module().named_parameters();
  const torch::Tensor* weight = named.find(model_->classifier() + ".weight");
  if (weight == nullptr || weight->dim() != 2)
    throw Error(ErrorKind::usage, "task.name", "the model's classifier is no linear layer",
                "linear_probe needs a model that ends in one");
  weight_ = *weight;
  if (const torch::Tensor* bias = named.find(model_->classifier() + ".bias")) bias_ = *bias;
}

torch::Tensor ProbedHead::forward_head(const torch::Tensor& features) {
  return at::linear(features, weight_, bias_);
}

}  // namespace vit
