#pragma once

#include <torch/nn/module.h>
#include <torch/types.h>

#include <functional>

namespace vit {

/// function(x), of which only x is kept for the backward pass: the function is computed again there
/// (Chen et al. 2016, "Training deep nets with sublinear memory cost"), with the same random
/// numbers and in the same arithmetic. Everything else that it uses must live until then.
torch::Tensor grad_checkpoint(const std::function<torch::Tensor(const torch::Tensor&)>& function,
                              const torch::Tensor& x);

/// Lets every Encoder in a model compute its blocks that way in training.
void set_grad_checkpointing(torch::nn::Module& model, bool enabled);

}  // namespace vit
