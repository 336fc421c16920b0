#include "vit/kernels/norm.h"

#include <ATen/ops/empty.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include "vit/kernels/first_order.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/tensor_data.h"
#include "vit/kernels/thread_sums.h"

namespace vit::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

torch::Tensor like(const torch::Tensor& x, torch::ScalarType type) {
  return at::empty(x.sizes(), x.options().dtype(type));
}

/// x + branch and its norm; without a branch the norm of x. Saves what `backward_of` needs.
struct Normed {
  torch::Tensor sum, normed, statistics;  // statistics [rows, 2]: mean and 1 / deviation
};
Normed norm_rows(const torch::Tensor& x, const torch::Tensor& branch, const torch::Tensor& weight,
                 const torch::Tensor& bias, double eps) {
  const auto type = fused_type(x);
  const std::int64_t rows = rows_of(x), width = x.size(-1);
  Normed result{branch.defined() ? like(x, torch::kFloat32) : x, like(x, type),
                at::empty({rows, 2}, x.options())};
  const torch::Tensor added = branch.defined() ? converted(branch, type) : branch;
  by_type(type, [&]<class T>(T) {
    const Primitives<T>& use = primitives<T>(active_isa());
    at::parallel_for(0, rows, 64, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t at = begin * width;
      if (added.defined())
        use.add(data<float>(x) + at, data<T>(added) + at, (end - begin) * width,
                data<float>(result.sum) + at);
      use.layer_norm(data<float>(result.sum) + at, end - begin, width, static_cast<float>(eps),
                     data<float>(weight), data<float>(bias), data<T>(result.normed) + at,
                     data<float>(result.statistics) + 2 * begin);
    });
  });
  return result;
}

/// Gradients of the normed sum.
struct NormGradients {
  torch::Tensor x;       // also that of the branch, in float32
  torch::Tensor branch;  // in the type of the products
  torch::Tensor weight, bias;
};
/// `sum_gradient` comes by the residual connection and may be undefined.
NormGradients backward_of(const torch::Tensor& normed_gradient, const torch::Tensor& sum_gradient,
                          const torch::Tensor& x, const torch::Tensor& statistics,
                          const torch::Tensor& weight, torch::ScalarType type, bool with_branch) {
  const std::int64_t rows = rows_of(x), width = x.size(-1);
  const torch::Tensor dy = converted(normed_gradient, type);
  const torch::Tensor residual =
      sum_gradient.defined() ? converted(sum_gradient, torch::kFloat32) : sum_gradient;
  NormGradients result{like(x, torch::kFloat32), {}, {}, {}};
  if (with_branch && type != torch::kFloat32) result.branch = like(x, type);
  const ThreadSums weight_sums(width), bias_sums(width);
  by_type(type, [&]<class T>(T) {
    const Primitives<T>& use = primitives<T>(active_isa());
    at::parallel_for(0, rows, 64, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t at = begin * width;
      const auto from = [&]<class P>(P* start) { return start == nullptr ? start : start + at; };
      use.layer_norm_gradient(data<T>(dy) + at, data<float>(x) + at,
                              data<float>(statistics) + 2 * begin, from(data<float>(residual)),
                              end - begin, width, data<float>(weight), data<float>(result.x) + at,
                              from(data<T>(result.branch)), weight_sums.own(), bias_sums.own());
    });
  });
  if (!result.branch.defined()) result.branch = result.x;
  result.weight = weight_sums.total();
  result.bias = bias_sums.total();
  return result;
}

class LayerNorm : public torch::autograd::Function<LayerNorm> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight, const torch::Tensor& bias, double eps) {
    const Normed result = norm_rows(x, {}, weight, bias, eps);
    context->save_for_backward({x, result.statistics, weight});
    context->saved_data["type"] = static_cast<std::int64_t>(result.normed.scalar_type());
    return result.normed;
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    refuse_second_derivative();
    const auto saved = context->get_saved_variables();
    const auto type = static_cast<torch::ScalarType>(context->saved_data["type"].toInt());
    const NormGradients result =
        backward_of(gradients[0], {}, saved[0], saved[1], saved[2], type, false);
    return {result.x, result.weight, result.bias, torch::Tensor()};
  }
};

class AddLayerNorm : public torch::autograd::Function<AddLayerNorm> {
 public:
  static tensor_list forward(AutogradContext* context, const torch::Tensor& x,
                             const torch::Tensor& branch, const torch::Tensor& weight,
                             const torch::Tensor& bias, double eps) {
    const Normed result = norm_rows(x, branch, weight, bias, eps);
    context->save_for_backward({result.sum, result.statistics, weight});
    context->saved_data["type"] = static_cast<std::int64_t>(result.normed.scalar_type());
    context->set_materialize_grads(false);
    return {result.sum, result.normed};
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    refuse_second_derivative();
    const torch::Tensor none;
    if (!gradients[1].defined()) return {gradients[0], gradients[0], none, none, none};
    const auto saved = context->get_saved_variables();
    const auto type = static_cast<torch::ScalarType>(context->saved_data["type"].toInt());
    const NormGradients result =
        backward_of(gradients[1], gradients[0], saved[0], saved[1], saved[2], type, true);
    return {result.x, result.branch, result.weight, result.bias, none};
  }
};

class Add : public torch::autograd::Function<Add> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& branch) {
    const torch::Tensor sum = like(x, torch::kFloat32), added = branch.contiguous();
    by_type(added.scalar_type(), [&]<class T>(T) {
      const Primitives<T>& use = primitives<T>(active_isa());
      at::parallel_for(0, x.numel() / 16, 4096, [&](std::int64_t begin, std::int64_t end) {
        use.add(data<float>(x) + begin * 16, data<T>(added) + begin * 16, (end - begin) * 16,
                data<float>(sum) + begin * 16);
      });
    });
    context->saved_data["type"] = static_cast<std::int64_t>(branch.scalar_type());
    return sum;
  }
  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    refuse_second_derivative();
    const auto type = static_cast<torch::ScalarType>(context->saved_data["type"].toInt());
    return {gradients[0], converted(gradients[0], type)};
  }
};

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

NormedSum fused_add_layer_norm(const torch::Tensor& x, const torch::Tensor& branch,
                               const torch::Tensor& weight, const torch::Tensor& bias, double eps) {
  RECORD_FUNCTION("vit::add_layer_norm", (std::vector<c10::IValue>{x, weight}));
  const tensor_list result = AddLayerNorm::apply(x, branch, weight, bias, eps);
  return {result[0], result[1]};
}

torch::Tensor fused_add(const torch::Tensor& x, const torch::Tensor& branch) {
  RECORD_FUNCTION("vit::add", (std::vector<c10::IValue>{x, branch}));
  return Add::apply(x, branch);
}

}  // namespace vit::kernels
