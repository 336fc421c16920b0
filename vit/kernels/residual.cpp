#include "vit/kernels/residual.h"

#include <ATen/ops/empty.h>
#include <ATen/record_function.h>

#include "vit/kernels/first_order.h"
#include "vit/kernels/kept_branch.h"
#include "vit/kernels/residual_rows.h"

namespace vit::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

class Add : public torch::autograd::Function<Add> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& value,
                               const std::optional<torch::Tensor>& channels,
                               const std::optional<torch::Tensor>& samples) {
    const ResidualBranch branch{value, channels.value_or(torch::Tensor()),
                                samples.value_or(torch::Tensor())};
    const ResidualRows rows(x, branch, value.scalar_type());
    const torch::Tensor sum = at::empty(x.sizes(), x.options());
    const RowBlocks blocks(rows_of(x));
    for_rows_of(blocks, value.scalar_type(), [&](const auto& use, auto, auto begin, auto end) {
      rows.add(use, begin, end, data<float>(x), data<float>(sum));
    });
    keep_branch(context, branch, value.scalar_type(), {});
    return sum;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    refuse_second_derivative();
    const BranchGradients branch = branch_gradients(KeptBranch(context), gradients[0]);
    return {gradients[0], branch.value, branch.channels, torch::Tensor()};
  }
};

}  // namespace

BranchGradients branch_gradients(const KeptBranch& kept, const torch::Tensor& sum_gradient) {
  if (!kept.scaled()) return {converted(sum_gradient, kept.type), {}};
  const torch::Tensor dsum = converted(sum_gradient, torch::kFloat32);
  const ResidualRows rows(dsum, kept.branch, kept.type);
  torch::Tensor dvalue = at::empty(dsum.sizes(), dsum.options().dtype(kept.type));
  const RowBlocks blocks(rows_of(dsum));
  const BlockSums channel_sums(blocks, dsum.size(-1));
  for_rows_of(
      blocks, kept.type, [&]<class T>(const Primitives<T>& use, auto block, auto begin, auto end) {
        rows.gradient(use, begin, end, data<float>(dsum), data<T>(dvalue), channel_sums.of(block));
      });
  return {dvalue, kept.channel_gradient(channel_sums)};
}

torch::Tensor fused_add(const torch::Tensor& x, const ResidualBranch& branch) {
  RECORD_FUNCTION("vit::add", (std::vector<c10::IValue>{x, branch.value}));
  return Add::apply(x, branch.value, given(branch.channels), given(branch.samples));
}

}  // namespace vit::kernels
