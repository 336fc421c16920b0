#include "vit/kernels/linear.h"

#include <ATen/ceil_div.h>
#include <ATen/ops/empty.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "vit/kernels/first_order.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/linear_rows.h"
#include "vit/kernels/norm.h"
#include "vit/kernels/packed_weights.h"
#include "vit/kernels/row_blocks.h"
#include "vit/kernels/tensor_data.h"

namespace vit::kernels {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

torch::Tensor empty_like_rows(const torch::Tensor& x, std::int64_t width) {
  std::vector<std::int64_t> sizes = x.sizes().vec();
  sizes.back() = width;
  return at::empty(sizes, x.options());
}

template <class T>
PackedWeight<T> operand(const torch::Tensor& packed, std::int64_t in, std::int64_t out) {
  return {data<T>(packed), in, out};
}

/// Whether threads are to share the columns of x W instead of its rows. With few rows each of them
/// would read all weights, from behind its own cache, for the few that it has; by columns each
/// reads its part of the weights, and all of x, which then stays in its cache.
bool by_columns(const torch::Tensor& x) {
  constexpr std::size_t kSmall = 768 * 1024;
  return at::get_num_threads() > 1 && x.nbytes() <= kSmall;
}

/// Calls body(part) for parts of x W, an output of `width` columns, on all threads.
template <class Body>
void for_each_part(const torch::Tensor& x, std::int64_t width, const Body& body) {
  const std::int64_t rows = rows_of(x);
  if (!by_columns(x)) {
    RowBlocks(rows).for_each([&](auto, std::int64_t begin, std::int64_t end) {
      body(OutputPart{begin, end, 0, width});
    });
    return;
  }
  constexpr std::int64_t kStripsPerThread = 4;  // a thread that is slow for a while takes fewer
  const std::int64_t strip =
      round_up(at::ceil_div(width, kStripsPerThread * at::get_num_threads()), kPanel);
  for_each_item(at::ceil_div(width, strip), [&](std::int64_t i) {
    body(OutputPart{0, rows, i * strip, std::min(width, (i + 1) * strip)});
  });
}

/// y = x W^T + bias; bias may be null.
template <class T, class Weight>
void linear_into(const Primitives<T>& use, const torch::Tensor& x, const Weight& weight,
                 const float* bias, const torch::Tensor& y) {
  for_each_part(x, weight.out, [&](const OutputPart& part) {
    linear_forward<T>(use, part, data<T>(x), weight, bias, data<T>(y));
  });
}

/// y = fc2(GELU(fc1(x))); fc1(x) goes to `hidden`, unless that is undefined.
template <class T, class Weight>
void mlp_into(const Primitives<T>& use, const torch::Tensor& x, const Weight& fc1,
              const float* bias1, const Weight& fc2, const float* bias2,
              const torch::Tensor& hidden, const torch::Tensor& y) {
  if (!hidden.defined() && by_columns(x)) {
    const torch::Tensor value = empty_like_rows(x, fc1.out);
    for_each_part(x, fc1.out, [&](const OutputPart& part) {
      gelu_linear_forward<T>(use, part, data<T>(x), fc1, bias1, data<T>(value));
    });
    linear_into<T>(use, value, fc2, bias2, y);
    return;
  }
  RowBlocks(rows_of(x)).for_each([&](auto, std::int64_t begin, std::int64_t end) {
    mlp_forward<T>(use, begin, end, data<T>(x), fc1, bias1, fc2, bias2, data<T>(hidden),
                   data<T>(y));
  });
}

/// The transpose of sums [groups, in, out], added up over the groups: [out, in].
torch::Tensor transposed_total(const torch::Tensor& sums) {
  const std::int64_t groups = sums.size(0), in = sums.size(1), out = sums.size(2);
  torch::Tensor result = at::empty({out, in}, sums.options());
  const Primitives<float>& use = primitives<float>(active_isa());
  constexpr std::int64_t kColumns = 32;
  at::parallel_for(0, out / kColumns, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t column = begin * kColumns; column < end * kColumns; column += kColumns) {
      float* const first = data<float>(sums) + column;
      for (std::int64_t i = in; i < groups * in; ++i) {
        float* const total = first + i % in * out;
        use.add(total, first + i * out, 1, kColumns, nullptr, 1.0f, total);
      }
      use.store_transposed(first, out, kColumns, in, 1.0f, data<float>(result) + column * in, in);
    }
  });
  return result;
}

/// left^T right [left width, right width] float32, in sums of some groups of the tokens:
/// [groups, left width, right width].
template <class T>
torch::Tensor token_sums(const Primitives<T>& use, const torch::Tensor& left,
                         const RightTokens<T>& right) {
  const std::int64_t height = left.size(-1), width = right.width, tokens = rows_of(left);
  // Strips with so few sums that they stay in the second-level cache. Where those are fewer than
  // the threads, each thread takes some of the tokens, for all columns, with sums of its own.
  const std::int64_t threads = at::get_num_threads(),
                     most = std::max<std::int64_t>(384, round_up(160'000 / height + 1, kPanel));
  const std::int64_t strip = round_up(at::ceil_div(width, at::ceil_div(width, most)), kPanel);
  const std::int64_t strips = at::ceil_div(width, strip);
  const std::int64_t wanted = strips >= threads ? 1 : std::min(threads, 1 + tokens / 1024);
  const std::int64_t chunks = at::ceil_div(tokens, wanted * kTokenChunk);  // of a group
  const std::int64_t chunk = round_up(at::ceil_div(tokens, wanted * chunks), kTokenPadding);
  const std::int64_t share = chunks * chunk, groups = at::ceil_div(tokens, share);

  LeftTokens<T> operand{data<T>(left), nullptr, height};
  torch::Tensor transposed;
  if (strips > 1) {  // else the one who needs a chunk transposes it, in the nearest cache
    transposed = at::empty({round_up(tokens, kTokenPadding), height}, left.options());
    operand.transposed = data<T>(transposed);
    for_each_item(at::ceil_div(tokens, chunk), [&](std::int64_t i) {
      transpose_tokens<T>(use, i * chunk, std::min(tokens, (i + 1) * chunk), operand);
    });
  }
  torch::Tensor sums = at::empty({groups, height, width}, left.options().dtype(torch::kFloat32));
  for_each_item(groups * strips, [&](std::int64_t i) {
    const std::int64_t group = i / strips, column = i % strips * strip;
    const GradientPart part{group * share, std::min(tokens, (group + 1) * share), chunk, column,
                            std::min(width, column + strip)};
    weight_gradient<T>(use, part, operand, right, data<float>(sums) + group * height * width);
  });
  return sums;
}

torch::Tensor total(const torch::Tensor& sums) { return sums.size(0) == 1 ? sums[0] : sums.sum(0); }

/// gradient^T x: [out, in] float32.
template <class T>
torch::Tensor weight_gradient_of(const Primitives<T>& use, const torch::Tensor& gradient,
                                 const torch::Tensor& x) {
  const auto rows = [](const torch::Tensor& tokens) {
    return RightTokens<T>{data<T>(tokens), {}, tokens.size(-1)};
  };
  if (gradient.size(-1) < x.size(-1)) return total(token_sums<T>(use, gradient, rows(x)));
  return transposed_total(token_sums<T>(use, x, rows(gradient)));
}

/// Room for numbers of `tokens` tokens as PackedTokens, with zeros behind the last one.
class TokenPanels {
 public:
  TokenPanels(std::int64_t tokens, std::int64_t width, const torch::TensorOptions& options)
      : tokens_(tokens),
        width_(width),
        memory_(at::empty({round_up(tokens, kTokenPadding), width}, options)) {}

  template <class T>
  [[nodiscard]] PackedTokens<T> packed() const {
    return {data<T>(memory_), memory_.size(0), width_};
  }
  template <class T>
  [[nodiscard]] RightTokens<T> operand() const {
    return {nullptr, packed<T>(), width_};
  }
  /// To be called before anything is packed.
  template <class T>
  void clear_padding() const {
    const PackedTokens<T> all = packed<T>();
    const std::int64_t whole = tokens_ / 2 * 2;  // a pair lies together
    for (std::int64_t n = 0; n < width_ && whole < all.padded; n += kPanel)
      std::fill(all.at(whole, n), all.at(all.padded, n), T{});
  }
  void release() { memory_.reset(); }

 private:
  std::int64_t tokens_, width_;
  torch::Tensor memory_;
};

/// What is to be saved of x, which only the gradient of `weight` needs.
torch::Tensor kept_for(AutogradContext* context, const torch::Tensor& weight,
                       const torch::Tensor& x) {
  return weight.requires_grad() ? to_keep(context, x) : torch::Tensor();
}

class FusedLinear : public torch::autograd::Function<FusedLinear> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& input,
                               const torch::Tensor& weight,
                               const std::optional<torch::Tensor>& bias) {
    const auto type = fused_type(input);
    const torch::Tensor x = converted(input, type);
    const std::int64_t out = weight.size(0), in = weight.size(1);
    const torch::Tensor packed = packed_weight(weight, type, Packing::forward);
    const torch::Tensor y = empty_like_rows(x, out);
    by_type(type, [&]<class T>(T) {
      const Primitives<T>& use = primitives<T>(active_isa());
      linear_into<T>(use, x, operand<T>(packed, in, out), bias ? data<float>(*bias) : nullptr, y);
    });
    context->save_for_backward({kept_for(context, weight, x), weight});
    context->saved_data["bias"] = bias.has_value();
    return y;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    refuse_second_derivative();
    const auto saved = context->get_saved_variables();
    const torch::Tensor& weight = saved[1];
    const torch::Tensor g = gradients[0].contiguous();
    const auto type = g.scalar_type();  // that of the product
    const std::int64_t out = weight.size(0), in = weight.size(1);
    torch::Tensor packed, dx, dw;
    if (context->needs_input_grad(0)) {
      packed = packed_weight(weight, type, Packing::backward);
      dx = empty_like_rows(g, in);
    }
    const RowBlocks blocks(rows_of(g));
    const BlockSums sums(blocks, out);
    by_type(type, [&]<class T>(T) {
      const Primitives<T>& use = primitives<T>(active_isa());
      blocks.for_each([&](std::int64_t block, std::int64_t begin, std::int64_t end) {
        linear_backward<T>(use, begin, end, data<T>(g), operand<T>(packed, out, in), sums.of(block),
                           data<T>(dx));
      });
      if (context->needs_input_grad(1))
        dw = weight_gradient_of<T>(use, g, as_kept(context, saved[0]));
    });
    return {dx, dw, context->saved_data["bias"].toBool() ? sums.total() : torch::Tensor()};
  }
};

/// fc2(GELU(fc1(x))); fc1(x) goes to `hidden`, which is undefined where there is to be no backward
/// pass.
torch::Tensor mlp_of(const torch::Tensor& x, const torch::Tensor& weight1,
                     const torch::Tensor& bias1, const torch::Tensor& weight2,
                     const torch::Tensor& bias2, const torch::Tensor& hidden) {
  const auto type = x.scalar_type();
  const std::int64_t in = weight1.size(1), width = weight1.size(0), out = weight2.size(0);
  const torch::Tensor packed1 = packed_weight(weight1, type, Packing::forward),
                      packed2 = packed_weight(weight2, type, Packing::forward),
                      y = empty_like_rows(x, out);
  by_type(type, [&]<class T>(T) {
    mlp_into<T>(primitives<T>(active_isa()), x, operand<T>(packed1, in, width), data<float>(bias1),
                operand<T>(packed2, width, out), data<float>(bias2), hidden, y);
  });
  return y;
}

torch::Tensor int8_linear_of(const torch::Tensor& x, const Int8Weight& weight,
                             const torch::Tensor& bias) {
  const torch::Tensor y = empty_like_rows(x, weight.operand().out);
  by_type(x.scalar_type(), [&]<class T>(T) {
    linear_into<T>(primitives<T>(active_isa()), x, weight.operand(), data<float>(bias), y);
  });
  return y;
}

torch::Tensor int8_mlp_of(const torch::Tensor& x, const Int8Weight& weight1,
                          const torch::Tensor& bias1, const Int8Weight& weight2,
                          const torch::Tensor& bias2) {
  const torch::Tensor y = empty_like_rows(x, weight2.operand().out);
  by_type(x.scalar_type(), [&]<class T>(T) {
    mlp_into<T>(primitives<T>(active_isa()), x, weight1.operand(), data<float>(bias1),
                weight2.operand(), data<float>(bias2), {}, y);
  });
  return y;
}

class FusedMlp : public torch::autograd::Function<FusedMlp> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& input,
                               const torch::Tensor& weight1, const torch::Tensor& bias1,
                               const torch::Tensor& weight2, const torch::Tensor& bias2) {
    const torch::Tensor x = converted(input, fused_type(input));
    const torch::Tensor hidden = empty_like_rows(x, weight1.size(0));
    const torch::Tensor y = mlp_of(x, weight1, bias1, weight2, bias2, hidden);
    context->save_for_backward({kept_for(context, weight1, x), weight1, weight2, hidden});
    return y;
  }

  static tensor_list backward(AutogradContext* context, tensor_list gradients) {
    refuse_second_derivative();
    const auto saved = context->get_saved_variables();
    const torch::Tensor &weight1 = saved[1], &weight2 = saved[2], &hidden = saved[3];
    const auto type = hidden.scalar_type();
    const torch::Tensor g = converted(gradients[0], type);
    const std::int64_t in = weight1.size(1), width = weight1.size(0), out = weight2.size(0);
    const torch::Tensor packed1 = packed_weight(weight1, type, Packing::backward),
                        packed2 = packed_weight(weight2, type, Packing::backward);
    const torch::Tensor dx = empty_like_rows(hidden, in);
    TokenPanels value(rows_of(hidden), width, hidden.options()),
        dh(rows_of(hidden), width, hidden.options());
    const RowBlocks blocks(rows_of(hidden));
    const BlockSums sums1(blocks, width), sums2(blocks, out);
    torch::Tensor dw1, dw2;
    by_type(type, [&]<class T>(T) {
      const Primitives<T>& use = primitives<T>(active_isa());
      value.clear_padding<T>();
      dh.clear_padding<T>();
      blocks.for_each([&](std::int64_t block, std::int64_t begin, std::int64_t end) {
        mlp_backward<T>(use, begin, end, data<T>(g), operand<T>(packed1, width, in),
                        operand<T>(packed2, out, width), data<T>(hidden), value.packed<T>(),
                        dh.packed<T>(), sums1.of(block), sums2.of(block), data<T>(dx));
      });
      // What is packed is on the right, whichever is wider.
      if (context->needs_input_grad(3)) dw2 = total(token_sums<T>(use, g, value.operand<T>()));
      value.release();
      if (context->needs_input_grad(1))
        dw1 = transposed_total(token_sums<T>(use, as_kept(context, saved[0]), dh.operand<T>()));
    });
    return {dx, dw1, sums1.total(), dw2, sums2.total()};
  }
};

}  // namespace

bool fused_linear_applies(const torch::Tensor& x, const torch::Tensor& weight) {
  return x.dim() >= 2 && x.size(-1) == weight.size(1) && weight.size(0) % 32 == 0 &&
         weight.size(1) % 32 == 0 && weight.scalar_type() == torch::kFloat32 &&
         weight.is_contiguous() && fused_type(x) != torch::ScalarType::Undefined;
}

torch::Tensor fused_linear(const torch::Tensor& x, const torch::Tensor& weight,
                           const torch::Tensor& bias) {
  RECORD_FUNCTION("vit::linear", (std::vector<c10::IValue>{x, weight}));
  if (const auto in_int8 = int8_weight(weight))
    return int8_linear_of(converted(x, fused_type(x)), *in_int8, bias);
  return FusedLinear::apply(x, weight, given(bias));
}

torch::Tensor fused_mlp(const torch::Tensor& x, const torch::Tensor& weight1,
                        const torch::Tensor& bias1, const torch::Tensor& weight2,
                        const torch::Tensor& bias2) {
  RECORD_FUNCTION("vit::mlp", (std::vector<c10::IValue>{x, weight1}));
  const auto int8_1 = int8_weight(weight1), int8_2 = int8_weight(weight2);
  if (int8_1 && int8_2)
    return int8_mlp_of(converted(x, fused_type(x)), *int8_1, bias1, *int8_2, bias2);
  if (!at::GradMode::is_enabled())
    return mlp_of(converted(x, fused_type(x)), weight1, bias1, weight2, bias2, {});
  return FusedMlp::apply(x, weight1, bias1, weight2, bias2);
}

}  // namespace vit::kernels
