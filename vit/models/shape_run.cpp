#include "vit/models/shape_run.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/empty_strided.h>

#include <algorithm>
#include <tuple>

namespace vit {
namespace {

// The shape rules of operators, which LibTorch itself has in its Python part only.

torch::Tensor convolution_shape(const torch::Tensor& x, const torch::Tensor& weight,
                                const std::optional<torch::Tensor>& /*bias*/,
                                at::IntArrayRef stride, at::IntArrayRef padding,
                                at::IntArrayRef dilation, bool transposed,
                                at::IntArrayRef /*output_padding*/, std::int64_t /*groups*/) {
  TORCH_CHECK_NOT_IMPLEMENTED(!transposed, "shapes of transposed convolutions");
  std::vector<std::int64_t> sizes = {x.size(0), weight.size(0)};
  for (std::int64_t axis = 2; axis < x.dim(); ++axis) {
    const auto i = static_cast<std::size_t>(axis - 2);
    const std::int64_t reach = dilation[i] * (weight.size(axis) - 1) + 1;
    sizes.push_back((x.size(axis) + 2 * padding[i] - reach) / stride[i] + 1);
  }
  return at::empty(sizes, x.options());
}

std::tuple<torch::Tensor, torch::Tensor, torch::Tensor> batch_norm_shape(
    const torch::Tensor& x, const std::optional<torch::Tensor>& /*weight*/,
    const std::optional<torch::Tensor>& /*bias*/,
    const std::optional<torch::Tensor>& /*running_mean*/,
    const std::optional<torch::Tensor>& /*running_var*/, bool /*training*/, double /*momentum*/,
    double /*eps*/) {
  const torch::Tensor statistics = at::empty({x.size(1)}, x.options());
  return {at::empty_like(x), statistics, statistics};
}

std::tuple<torch::Tensor, torch::Tensor, torch::Tensor> layer_norm_shape(
    const torch::Tensor& x, at::IntArrayRef normalized_shape,
    const std::optional<torch::Tensor>& /*weight*/, const std::optional<torch::Tensor>& /*bias*/,
    double /*eps*/) {
  std::vector<std::int64_t> statistics = x.sizes().vec();
  std::fill(statistics.end() - static_cast<std::ptrdiff_t>(normalized_shape.size()),
            statistics.end(), 1);
  return {at::empty_like(x), at::empty(statistics, x.options()),
          at::empty(statistics, x.options())};
}

/// LibTorch's own way to it is by operators that have no rules either.
torch::Tensor attention_shape(const torch::Tensor& q, const torch::Tensor& /*k*/,
                              const torch::Tensor& v, const std::optional<torch::Tensor>& /*mask*/,
                              double /*dropout*/, bool /*causal*/, std::optional<double> /*scale*/,
                              bool /*enable_gqa*/) {
  std::vector<std::int64_t> sizes = q.sizes().vec();
  sizes.back() = v.size(-1);
  return at::empty(sizes, q.options());
}

torch::Tensor relu_shape(const torch::Tensor& x) { return at::empty_like(x); }

}  // namespace

ShapeRun::ShapeRun(torch::nn::Module& module)
    : module_(module),
      was_training_(module.is_training()),
      shape_rules_(torch::Library::IMPL, "aten", c10::DispatchKey::Meta, __FILE__, __LINE__) {
  shape_rules_.impl("convolution_overrideable", &convolution_shape);
  shape_rules_.impl("native_batch_norm", &batch_norm_shape);
  shape_rules_.impl("native_layer_norm", &layer_norm_shape);
  shape_rules_.impl("scaled_dot_product_attention", &attention_shape);
  shape_rules_.impl("relu", &relu_shape);
  module.eval();
  const auto to_meta = [&](const torch::Tensor& tensor) {
    c10::TensorImpl* impl = tensor.unsafeGetTensorImpl();
    saved_.push_back({tensor, impl->shallow_copy_and_detach(impl->version_counter(), true)});
    const torch::Tensor shape =
        at::empty_strided(tensor.sizes(), tensor.strides(), tensor.options().device(torch::kMeta));
    impl->shallow_copy_from(shape.getIntrusivePtr());
  };
  for (const torch::Tensor& parameter : module.parameters()) to_meta(parameter);
  for (const torch::Tensor& buffer : module.buffers()) to_meta(buffer);
}

ShapeRun::~ShapeRun() {
  for (const Saved& saved : saved_)
    saved.tensor.unsafeGetTensorImpl()->shallow_copy_from(saved.content);
  module_.train(was_training_);
}

}  // namespace vit
