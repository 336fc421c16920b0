#include "vit/kernels/norm.h"

#include <ATen/ops/empty.h>
#include <ATen/record_function.h>
#include <torch/custom_class.h>

#include <type_traits>
#include <utility>

#include "vit/kernels/first_order.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/kept_branch.h"
#include "vit/kernels/residual_rows.h"

namespace vit::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

torch::Tensor like(const torch::Tensor& x, torch::ScalarType type) {
  return at::empty(x.sizes(), x.options().dtype(type));
}

/// What is normed, x [..., D], and what its backward pass needs.
struct Normed {
  Normed(const torch::Tensor& x_, const torch::Tensor& weight_, const torch::Tensor& bias_)
      : x(x_), statistics(at::empty({rows_of(x), 2}, x.options())), weight(weight_), bias(bias_) {}
  /// From `saved()`.
  explicit Normed(const tensor_list& saved)
      : x(saved[0]), statistics(saved[1]), weight(saved[2]), bias(saved[3]) {}
  [[nodiscard]] tensor_list saved() const { return {x, statistics, weight, bias}; }

  template <class T>
  void measure(const Primitives<T>& use, std::int64_t begin, std::int64_t end, double eps) const {
    use.row_statistics(data<float>(x) + begin * width(), end - begin, width(),
                       static_cast<float>(eps), data<float>(statistics) + 2 * begin);
  }
  template <class T>
  void norm(const Primitives<T>& use, std::int64_t begin, std::int64_t end, T* normed) const {
    const std::int64_t at = begin * width();
    use.layer_norm(data<float>(x) + at, data<float>(statistics) + 2 * begin, end - begin, width(),
                   data<float>(weight), data<float>(bias), normed + at);
  }
  [[nodiscard]] std::int64_t width() const { return x.size(-1); }

  torch::Tensor x, statistics, weight, bias;  // statistics [rows, 2]: mean and 1 / deviation
};

struct NormGradients {
  torch::Tensor x, weight, bias;
};
/// `sum_gradient` comes to x by the residual connection and may be undefined. Calls
/// `after(primitives, block, begin, end, dx)` when some rows of the gradient of x are there.
template <class After>
NormGradients backward_of(const Normed& normed, const RowBlocks& blocks,
                          const torch::Tensor& normed_gradient, const torch::Tensor& sum_gradient,
                          torch::ScalarType type, const After& after) {
  const std::int64_t width = normed.width();
  const torch::Tensor dy = converted(normed_gradient, type), dx = like(normed.x, torch::kFloat32);
  const torch::Tensor residual =
      sum_gradient.defined() ? converted(sum_gradient, torch::kFloat32) : sum_gradient;
  const BlockSums weight_sums(blocks, width), bias_sums(blocks, width);
  for_rows_of(
      blocks, type, [&]<class T>(const Primitives<T>& use, auto block, auto begin, auto end) {
        const std::int64_t at = begin * width;
        use.layer_norm_gradient(data<T>(dy) + at, data<float>(normed.x) + at,
                                data<float>(normed.statistics) + 2 * begin,
                                residual.defined() ? data<float>(residual) + at : nullptr,
                                end - begin, width, data<float>(normed.weight),
                                data<float>(dx) + at, weight_sums.of(block), bias_sums.of(block));
        after(use, block, begin, end, data<float>(dx));
      });
  return {dx, weight_sums.total(), bias_sums.total()};
}

class LayerNorm : public torch::autograd::Function<LayerNorm> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias, double eps) {
    const auto type = fused_type(x);
    const Normed normed(x, weight, bias);
    torch::Tensor result = like(x, type);
    const RowBlocks blocks(rows_of(x));
    for_rows_of(blocks, type, [&]<class T>(const Primitives<T>& use, auto, auto begin, auto end) {
      normed.measure(use, begin, end, eps);
      normed.norm(use, begin, end, data<T>(result));
    });
    keep_branch(context, {}, type, normed.saved());
    return result;
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    refuse_second_derivative();
    const KeptBranch kept(context);
    const Normed normed(kept.others);
    const NormGradients result = backward_of(normed, RowBlocks(rows_of(normed.x)), gradients[0], {},
                                             kept.type, [](auto&&...) {});
    return {result.x, result.weight, result.bias, torch::Tensor()};
  }
};

class AddLayerNorm : public torch::autograd::Function<AddLayerNorm> {
 public:
  static tensor_list forward(AutogradContext* context, const torch::Tensor& x,
                             const torch::Tensor& value,
                             const std::optional<torch::Tensor>& channels,
                             const std::optional<torch::Tensor>& samples,
                             const torch::Tensor& weight, const torch::Tensor& bias, double eps) {
    const auto type = fused_type(x);
    const ResidualBranch branch{value, channels.value_or(torch::Tensor()),
                                samples.value_or(torch::Tensor())};
    const ResidualRows branch_rows(x, branch, type);
    const Normed normed(like(x, torch::kFloat32), weight, bias);
    torch::Tensor result = like(x, type);
    const RowBlocks blocks(rows_of(x));
    for_rows_of(blocks, type, [&]<class T>(const Primitives<T>& use, auto, auto begin, auto end) {
      branch_rows.add(use, begin, end, data<float>(x), data<float>(normed.x));
      normed.measure(use, begin, end, eps);
      normed.norm(use, begin, end, data<T>(result));
    });
    keep_branch(context, branch, type, normed.saved());
    context->set_materialize_grads(false);
    return {normed.x, result};
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    refuse_second_derivative();
    const KeptBranch kept(context);
    const torch::Tensor none;
    if (!gradients[1].defined()) {
      const BranchGradients branch = branch_gradients(kept, gradients[0]);
      return {gradients[0], branch.value, branch.channels, none, none, none, none};
    }
    const Normed normed(kept.others);
    const ResidualRows branch_rows(normed.x, kept.branch, kept.type);
    // Where the branch is only added, the gradient of the sum is that of its value.
    const bool same = !kept.scaled() && kept.type == torch::kFloat32;
    const torch::Tensor dvalue = same ? none : like(normed.x, kept.type);
    const RowBlocks blocks(rows_of(normed.x));
    const BlockSums channel_sums(blocks, normed.width());
    const NormGradients result = backward_of(
        normed, blocks, gradients[1], gradients[0], kept.type,
        [&]<class T>(const Primitives<T>& use, auto block, auto begin, auto end, const float* dx) {
          if (!same)
            branch_rows.gradient(use, begin, end, dx, data<T>(dvalue), channel_sums.of(block));
        });
    return {result.x,
            same ? result.x : dvalue,
            kept.channel_gradient(channel_sums),
            none,
            result.weight,
            result.bias,
            none};
  }
};

/// Keeps the node of a norm alive, which is its recipe.
struct NormNode : torch::CustomClassHolder {
  explicit NormNode(const torch::Tensor& normed) : node(normed.grad_fn()) {}
  std::decay_t<decltype(std::declval<const torch::Tensor&>().grad_fn())> node;
};

/// The context of the norm that made an output of `node`; null where another function did.
template <class Node>
AutogradContext* norm_context(Node* node, std::uint32_t output) {
  if (auto* norm = dynamic_cast<torch::autograd::CppNode<LayerNorm>*>(node)) return &norm->ctx_;
  if (output != 1) return nullptr;
  auto* sum = dynamic_cast<torch::autograd::CppNode<AddLayerNorm>*>(node);
  return sum == nullptr ? nullptr : &sum->ctx_;
}

}  // namespace

bool fused_norm_applies(const torch::Tensor& x) {
  return x.scalar_type() == torch::kFloat32 && x.dim() >= 2 && x.is_contiguous() &&
         x.size(-1) % 16 == 0 && fused_type(x) != torch::ScalarType::Undefined;
}

torch::Tensor fused_layer_norm(const torch::Tensor& x, const torch::Tensor& weight,
                               const torch::Tensor& bias, double eps) {
  RECORD_FUNCTION("vit::layer_norm", (std::vector<c10::IValue>{x, weight}));
  return LayerNorm::apply(x, weight, bias, eps);
}

NormedSum fused_add_layer_norm(const torch::Tensor& x, const ResidualBranch& branch,
                               const torch::Tensor& weight, const torch::Tensor& bias, double eps) {
  RECORD_FUNCTION("vit::add_layer_norm", (std::vector<c10::IValue>{x, weight}));
  const tensor_list result = AddLayerNorm::apply(x, branch.value, given(branch.channels),
                                                 given(branch.samples), weight, bias, eps);
  return {result[0], result[1]};
}

torch::Tensor to_keep(AutogradContext* context, const torch::Tensor& x) {
  const auto node = x.grad_fn();
  if (!node || norm_context(node.get(), x.output_nr()) == nullptr) return x;
  context->saved_data["norm"] = c10::IValue::make_capsule(c10::make_intrusive<NormNode>(x));
  return {};
}

torch::Tensor as_kept(AutogradContext* context, const torch::Tensor& saved) {
  if (saved.defined()) return saved;
  const auto holder = context->saved_data["norm"].toCapsule();
  const auto& node = static_cast<const NormNode&>(*holder).node;
  const KeptBranch kept(norm_context(node.get(), 1));
  const Normed normed(kept.others);
  torch::Tensor result = like(normed.x, kept.type);
  const RowBlocks blocks(rows_of(normed.x));
  for_rows_of(blocks, kept.type,
              [&]<class T>(const Primitives<T>& use, auto, auto begin, auto end) {
                normed.norm(use, begin, end, data<T>(result));
              });
  return result;
}

}  // namespace vit::kernels
