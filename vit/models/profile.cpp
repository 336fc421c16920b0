#include "vit/models/profile.h"

#include <ATen/record_function.h>
#include <torch/nn/module.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "vit/models/shape_run.h"

namespace vit {
namespace {

/// An operator of LibTorch that is a layer, or a product of activations.
struct Operation {
  const char* operator_name;
  const char* name;
  /// For the operator's tensors (the weight where there is one) and its output.
  std::int64_t (*multiply_adds)(const std::vector<torch::Tensor>& inputs,
                                const torch::Tensor& output);
};

std::int64_t nothing(const std::vector<torch::Tensor>& /*inputs*/,
                     const torch::Tensor& /*output*/) {
  return 0;
}
/// Each output is the sum over one row of the weight.
std::int64_t weight_rows(const std::vector<torch::Tensor>& inputs, const torch::Tensor& output) {
  return output.numel() * (inputs[1].numel() / inputs[1].size(0));
}
std::int64_t products(const std::vector<torch::Tensor>& inputs, const torch::Tensor& output) {
  return output.numel() * inputs[0].size(-1);
}
/// q k^T, and the weights times v.
std::int64_t attention(const std::vector<torch::Tensor>& inputs, const torch::Tensor& output) {
  const std::int64_t keys = inputs[1].size(-2);
  return (inputs[0].numel() + output.numel()) * keys;
}

constexpr std::array kOperations = {
    Operation{"aten::linear", "linear", &weight_rows},
    Operation{"aten::conv2d", "convolution", &weight_rows},
    Operation{"aten::layer_norm", "layer_norm", &nothing},
    Operation{"aten::rms_norm", "rms_norm", &nothing},
    Operation{"aten::batch_norm", "batch_norm", &nothing},
    Operation{"aten::scaled_dot_product_attention", "attention", &attention},
    Operation{"aten::matmul", "product", &products},
    Operation{"aten::bmm", "product", &products},
    Operation{"aten::mm", "product", &products},
};

std::string parent_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? "" : name.substr(0, dot);
}

/// Writes down the layers that run on this thread while it lives.
class Listener {
 public:
  Listener(const torch::nn::Module& module, std::vector<LayerProfile>& layers) : layers_(layers) {
    for (const auto& item : module.named_parameters()) {
      const std::string layer = parent_of(item.key());
      layer_of_[item.value().unsafeGetTensorImpl()] = layer;
      parameters_[layer] += item.value().numel();
    }
    current_ = this;
    handle_ =
        at::addThreadLocalCallback(at::RecordFunctionCallback(&Listener::start, &Listener::end)
                                       .needsInputs(true)
                                       .needsOutputs(true)
                                       .scopes({at::RecordScope::FUNCTION}));
  }
  ~Listener() {
    at::removeCallback(handle_);
    current_ = nullptr;
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  /// What a layer's own operators are made of is part of it already.
  struct Running : at::ObserverContext {
    const Operation* operation = nullptr;
  };

  static std::unique_ptr<at::ObserverContext> start(const at::RecordFunction& function) {
    auto running = std::make_unique<Running>();
    if (current_->inside_ == nullptr) {
      const auto* found =
          std::find_if(kOperations.begin(), kOperations.end(), [&](const Operation& operation) {
            return std::string_view(function.name()) == operation.operator_name;
          });
      if (found != kOperations.end()) {
        running->operation = found;
        current_->inside_ = found;
        current_->inputs_.clear();
        for (const c10::IValue& input : function.inputs())
          if (input.isTensor()) current_->inputs_.push_back(input.toTensor());
      }
    }
    return running;
  }

  static void end(const at::RecordFunction& function, at::ObserverContext* context) {
    const Operation* operation =
        context == nullptr ? nullptr : static_cast<Running*>(context)->operation;
    if (operation == nullptr) return;
    current_->inside_ = nullptr;
    if (!function.outputs().empty() && function.outputs()[0].isTensor())
      current_->add(*operation, function.outputs()[0].toTensor());
  }

  void add(const Operation& operation, const torch::Tensor& output) {
    // A product of activations belongs to the module whose layer ran last.
    std::string name = layers_.empty() ? "" : parent_of(last_);
    std::int64_t parameters = 0;
    for (const torch::Tensor& input : inputs_) {
      const auto found = layer_of_.find(input.unsafeGetTensorImpl());
      if (found == layer_of_.end()) continue;
      name = last_ = found->second;
      parameters = std::exchange(parameters_[name], 0);  // shared layers count once
      break;
    }
    layers_.push_back({name, operation.name, output.sizes().vec(), parameters,
                       operation.multiply_adds(inputs_, output)});
  }

  static inline thread_local Listener* current_ = nullptr;
  std::vector<LayerProfile>& layers_;
  std::map<const c10::TensorImpl*, std::string> layer_of_;
  std::map<std::string, std::int64_t> parameters_;
  std::string last_;
  const Operation* inside_ = nullptr;
  std::vector<torch::Tensor> inputs_;
  at::CallbackHandle handle_ = 0;
};

}  // namespace

ModelProfile profile(ImageModel& model) {
  ModelProfile result;
  for (const torch::Tensor& parameter : model.module().parameters())
    result.parameters += parameter.numel();
  {
    const ShapeRun on_meta(model.module());
    const auto [height, width] = model.img_size();
    const torch::Tensor x =
        torch::empty({1, model.in_chans(), height, width}, torch::device(torch::kMeta));
    const Listener listener(model.module(), result.layers);
    model.forward(x);
  }
  for (const LayerProfile& layer : result.layers) {
    std::int64_t elements = 1;
    for (const std::int64_t size : layer.output) elements *= size;
    result.multiply_adds += layer.multiply_adds;
    result.activation_bytes += elements * static_cast<std::int64_t>(sizeof(float));
  }
  return result;
}

std::int64_t parameter_count(Network& network) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : network.module().parameters()) count += parameter.numel();
  return count;
}

}  // namespace vit
