#include "vit/models/profile.h"

#include <ATen/record_function.h>
#include <torch/library.h>
#include <torch/utils.h>

#include <map>
#include <numeric>
#include <string_view>

#include "vit/core/error.h"

namespace vit {
namespace {

std::int64_t product(at::IntArrayRef sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

/// The shape of a convolution's output. LibTorch knows it for tensors without numbers from Python
/// only; in C++ it asks for this operator.
at::Tensor meta_convolution(const at::Tensor& input, const at::Tensor& weight,
                            const std::optional<at::Tensor>& /*bias*/, at::IntArrayRef stride,
                            at::IntArrayRef padding, at::IntArrayRef dilation, bool transposed,
                            at::IntArrayRef /*output_padding*/, std::int64_t /*groups*/) {
  VIT_ASSERT(!transposed);
  std::vector<std::int64_t> shape = {input.size(0), weight.size(0)};
  for (std::size_t i = 0; i < stride.size(); ++i) {
    const auto axis = static_cast<std::int64_t>(i) + 2;
    const std::int64_t reach = dilation[i] * (weight.size(axis) - 1) + 1;
    shape.push_back((input.size(axis) + 2 * padding[i] - reach) / stride[i] + 1);
  }
  return at::empty(shape, input.options());
}

/// Collects the operations that hold weights, and attention, while the model runs. LibTorch calls
/// the observers below for every operation; what such an operation calls in turn is not counted
/// again.
struct Collector {
  std::map<const c10::TensorImpl*, std::string> parameter_names;
  std::map<std::string, std::int64_t> parameters_of_layer;
  std::vector<LayerProfile> layers;
  int depth_inside = 0;
};

thread_local Collector* collector = nullptr;

bool counted(std::string_view operation) {
  return operation == "aten::linear" || operation == "aten::conv2d" ||
         operation == "aten::layer_norm" || operation == "aten::matmul" ||
         operation == "aten::scaled_dot_product_attention";
}

struct Inside : at::ObserverContext {
  bool outermost = false;
};

std::unique_ptr<at::ObserverContext> enter(const at::RecordFunction& function) {
  auto context = std::make_unique<Inside>();
  if (collector != nullptr && counted(function.name())) {
    context->outermost = collector->depth_inside == 0;
    ++collector->depth_inside;
  }
  return context;
}

/// The layer that owns one of the inputs, or "" where none is a parameter.
std::string layer_of(const at::RecordFunction& function) {
  for (const c10::IValue& input : function.inputs()) {
    if (!input.isTensor()) continue;
    const auto found = collector->parameter_names.find(input.toTensor().unsafeGetTensorImpl());
    if (found != collector->parameter_names.end()) return found->second;
  }
  return {};
}

void leave(const at::RecordFunction& function, at::ObserverContext* context) {
  if (collector == nullptr || !counted(function.name())) return;
  --collector->depth_inside;
  if (!static_cast<Inside*>(context)->outermost || function.outputs().empty()) return;

  const std::string_view operation = function.name();
  const at::Tensor output = function.outputs()[0].toTensor();
  LayerProfile layer;
  layer.name = layer_of(function);
  layer.output = output.sizes().vec();
  layer.parameters = collector->parameters_of_layer[layer.name];
  const auto input = [&](std::size_t i) { return function.inputs()[i].toTensor(); };
  if (operation == "aten::linear") {
    layer.operation = "linear";
    layer.multiply_adds = output.numel() * input(1).size(1);
  } else if (operation == "aten::conv2d") {
    layer.operation = "convolution";
    layer.multiply_adds = output.numel() * product(input(1).sizes().slice(1));
  } else if (operation == "aten::layer_norm") {
    layer.operation = "layer_norm";
  } else if (operation == "aten::matmul") {
    layer.operation = "matmul";
    layer.multiply_adds = output.numel() * input(0).size(-1);
  } else {
    layer.operation = "attention";  // q k^T and its product with v
    layer.multiply_adds = 2 * input(0).numel() * input(1).size(-2);
  }
  if (layer.name.empty() && !collector->layers.empty()) {
    // Attention has no weights of its own: it belongs to the module of the layer before it.
    const std::string& before = collector->layers.back().name;
    layer.name = before.substr(0, before.rfind('.'));
  }
  collector->layers.push_back(std::move(layer));
}

/// Takes the numbers away from a module's tensors and keeps shapes and types. Module::to() cannot:
/// it refuses to put a tensor of another backend into a parameter's place.
void move_to_meta(torch::nn::Module& module) {
  const auto strip = [](const torch::Tensor& tensor) {
    const torch::Tensor meta =
        torch::empty(tensor.sizes(), tensor.options().device(torch::kMeta).requires_grad(false));
    tensor.unsafeGetTensorImpl()->shallow_copy_from(meta.getIntrusivePtr());
  };
  for (const torch::Tensor& parameter : module.parameters()) strip(parameter);
  for (const torch::Tensor& buffer : module.buffers()) strip(buffer);
}

class Recording {
 public:
  explicit Recording(Collector& target)
      : handle_(at::addThreadLocalCallback(at::RecordFunctionCallback(enter, leave)
                                               .needsInputs(true)
                                               .needsOutputs(true)
                                               .scopes({at::RecordScope::FUNCTION}))) {
    collector = &target;
  }
  ~Recording() {
    collector = nullptr;
    at::removeCallback(handle_);
  }
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

 private:
  at::CallbackHandle handle_;
};

}  // namespace

TORCH_LIBRARY_IMPL(aten, Meta, library) {
  library.impl("convolution_overrideable", meta_convolution);
}

ModelProfile profile(ImageModel& model) {
  torch::NoGradGuard no_grad;
  torch::nn::Module& module = model.module();
  module.eval();
  move_to_meta(module);

  Collector target;
  ModelProfile result;
  for (const auto& item : module.named_parameters()) {
    const std::string layer = item.key().substr(0, item.key().rfind('.'));
    target.parameter_names[item.value().unsafeGetTensorImpl()] = layer;
    target.parameters_of_layer[layer] += item.value().numel();
    result.parameters += item.value().numel();
  }
  {
    const Recording recording(target);
    const Size2 size = model.img_size();
    model.forward(torch::empty({1, model.in_chans(), size.height, size.width},
                               torch::TensorOptions().device(torch::kMeta)));
  }
  result.layers = std::move(target.layers);
  for (const LayerProfile& layer : result.layers) {
    result.multiply_adds += layer.multiply_adds;
    result.activation_bytes += product(layer.output) * static_cast<std::int64_t>(sizeof(float));
  }
  return result;
}

}  // namespace vit
