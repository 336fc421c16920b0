#include "vit/kernels/attention.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "vit/kernels/attention_heads.h"
#include "vit/kernels/first_order.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/row_blocks.h"
#include "vit/kernels/tensor_data.h"

namespace vit::kernels {
namespace {

AttentionShape shape_of(const torch::Tensor& qkv, std::int64_t heads,
                        const FusedAttentionOptions& options) {
  const std::int64_t head_dim = qkv.size(2) / 3 / heads;
  return {.batch = qkv.size(0),
          .tokens = qkv.size(1),
          .heads = heads,
          .head_dim = head_dim,
          .scale = options.scale ? static_cast<float>(*options.scale)
                                 : 1.0f / std::sqrt(static_cast<float>(head_dim)),
          .causal = options.causal};
}

/// body(begin, end) for ranges of heads: those of one picture together, for their rows share pages
/// of memory, but where there are few pictures.
template <class Body>
void for_each_heads(const AttentionShape& shape, const Body& body) {
  const std::int64_t together = shape.batch >= 4 * at::get_num_threads() ? shape.heads : 1;
  for_each_item(shape.batch * shape.heads / together,
                [&](std::int64_t i) { body(i * together, (i + 1) * together); });
}

class FusedAttention : public torch::autograd::Function<FusedAttention> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& qkv,
                               std::int64_t heads, std::optional<double> scale, bool causal) {
    const AttentionShape shape = shape_of(qkv, heads, {scale, causal});
    const torch::Tensor output =
        at::empty({shape.batch, shape.tokens, shape.stride()}, qkv.options());
    const torch::Tensor lse2 =
        at::empty({shape.batch, heads, shape.tokens}, qkv.options().dtype(torch::kFloat32));
    by_type(qkv.scalar_type(), [&]<class T>(T) {
      const Primitives<T>& use = primitives<T>(active_isa());
      for_each_heads(shape, [&](std::int64_t begin, std::int64_t end) {
        attention_forward<T>(use, shape, begin, end, data<T>(qkv), data<T>(output),
                             data<float>(lse2));
      });
    });
    context->save_for_backward({qkv, output, lse2});
    context->saved_data["heads"] = heads;
    context->saved_data["scale"] = scale;
    context->saved_data["causal"] = causal;
    return output;
  }

  static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                               torch::autograd::tensor_list gradients) {
    refuse_second_derivative();
    const auto saved = context->get_saved_variables();
    const torch::Tensor &qkv = saved[0], &output = saved[1], &lse2 = saved[2];
    const AttentionShape shape = shape_of(qkv, context->saved_data["heads"].toInt(),
                                          {context->saved_data["scale"].toOptional<double>(),
                                           context->saved_data["causal"].toBool()});
    const torch::Tensor gradient = converted(gradients[0], qkv.scalar_type());
    const torch::Tensor result = at::empty(qkv.sizes(), qkv.options());
    by_type(qkv.scalar_type(), [&]<class T>(T) {
      const Primitives<T>& use = primitives<T>(active_isa());
      for_each_heads(shape, [&](std::int64_t begin, std::int64_t end) {
        attention_backward<T>(use, shape, begin, end, data<T>(qkv), data<T>(output),
                              data<T>(gradient), data<float>(lse2), data<T>(result));
      });
    });
    return {result, torch::Tensor(), torch::Tensor(), torch::Tensor()};
  }
};

}  // namespace

bool fused_attention_applies(const torch::Tensor& x, std::int64_t dim, std::int64_t heads) {
  return x.dim() == 3 && x.size(2) == dim && dim % (16 * heads) == 0 &&
         fused_type(x) != torch::ScalarType::Undefined;
}

torch::Tensor fused_attention(const torch::Tensor& qkv, std::int64_t heads,
                              const FusedAttentionOptions& options) {
  RECORD_FUNCTION("vit::attention", (std::vector<c10::IValue>{qkv}));
  return FusedAttention::apply(qkv.contiguous(), heads, options.scale, options.causal);
}

}  // namespace vit::kernels
