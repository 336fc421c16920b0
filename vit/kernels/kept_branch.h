#pragma once

#include <torch/csrc/autograd/custom_function.h>

#include "vit/kernels/residual.h"
#include "vit/kernels/row_blocks.h"

namespace vit::kernels {

/// Saves what the backward pass of a residual connection needs of its branch, computed in `type`,
/// and `others`.
inline void keep_branch(torch::autograd::AutogradContext* context, const ResidualBranch& branch,
                        torch::ScalarType type, const torch::autograd::tensor_list& others) {
  torch::autograd::tensor_list saved{branch.channels.defined() ? branch.value : torch::Tensor(),
                                     branch.channels, branch.samples};
  saved.insert(saved.end(), others.begin(), others.end());
  context->save_for_backward(std::move(saved));
  context->saved_data["type"] = static_cast<std::int64_t>(type);
}

/// What keep_branch saved.
struct KeptBranch {
  explicit KeptBranch(torch::autograd::AutogradContext* context)
      : others(context->get_saved_variables()),
        branch{others[0], others[1], others[2]},
        type(static_cast<torch::ScalarType>(context->saved_data["type"].toInt())) {
    others.erase(others.begin(), others.begin() + 3);
  }

  /// Whether the branch is multiplied with anything.
  [[nodiscard]] bool scaled() const {
    return branch.channels.defined() || branch.samples.defined();
  }
  [[nodiscard]] torch::Tensor channel_gradient(const BlockSums& sums) const {
    return branch.channels.defined() ? sums.total() : torch::Tensor();
  }

  torch::autograd::tensor_list others;
  ResidualBranch branch;  ///< its value where the gradient of the channels needs it
  torch::ScalarType type;
};

struct BranchGradients {
  torch::Tensor value, channels;
};
/// From the gradient of x + branch those of the branch.
BranchGradients branch_gradients(const KeptBranch& kept, const torch::Tensor& sum_gradient);

}  // namespace vit::kernels
