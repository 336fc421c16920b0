#include "vit/models/profile.h"

#include <torch/nn/modules/conv.h>

#include <functional>
#include <numeric>

#include "vit/models/vit.h"
#include "vit/nn/attention.h"
#include "vit/nn/linear.h"
#include "vit/nn/norm.h"

namespace vit {
namespace {

std::int64_t product(const std::vector<std::int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// The shapes that flow through a model: what its layers see beside their own sizes.
struct Flow {
  std::int64_t tokens = 1;  ///< N, prefix tokens included
  Size2 grid;               ///< patches
};

Flow flow_of(ImageModel& model) {
  if (auto* transformer = dynamic_cast<VisionTransformerImpl*>(&model)) {
    const Size2 grid = transformer->patch_embed->grid_size();
    return {transformer->num_prefix_tokens() + grid.height * grid.width, grid};
  }
  return {};
}

class Counter {
 public:
  Counter(ImageModel& model, ModelProfile& result)
      : flow_(flow_of(model)), classifier_(model.classifier()), result_(result) {}

  void visit(const std::string& name, const torch::nn::Module& module) {
    // After pooling one token is left.
    const std::int64_t rows = name == classifier_ || name == "fc_norm" ? 1 : flow_.tokens;
    if (const auto* linear = module.as<LinearImpl>()) {
      const auto [in, out, bias] = linear->options;
      add(name, "linear", {1, rows, out}, module, rows * in * out);
    } else if (module.as<torch::nn::Conv2dImpl>() != nullptr) {
      const torch::Tensor& weight = module.as<torch::nn::Conv2dImpl>()->weight;
      const std::vector<std::int64_t> output = {1, weight.size(0), flow_.grid.height,
                                                flow_.grid.width};
      add(name, "convolution", output, module, product(output) * weight[0].numel());
    } else if (const auto* norm = module.as<NormImpl>()) {
      const bool per_head = heads_ > 0 && name.find(".attn.") != std::string::npos;
      const std::int64_t width = norm->options.dim;
      add(name, "layer_norm",
          per_head ? std::vector<std::int64_t>{1, heads_, rows, width}
                   : std::vector<std::int64_t>{1, rows, width},
          module, 0);
    } else if (const auto* attention = module.as<MultiHeadAttentionImpl>()) {
      heads_ = attention->options.num_heads;
      pending_ = {name, attention->options.dim};
    }
    if (!pending_.first.empty() && name == pending_.first + ".qkv") {
      // q k^T, and the weights times v.
      const std::int64_t products = 2 * flow_.tokens * flow_.tokens * pending_.second;
      result_.layers.push_back(
          {pending_.first, "attention", {1, flow_.tokens, pending_.second}, 0, products});
      pending_ = {};
    }
  }

 private:
  void add(const std::string& name, const char* operation, std::vector<std::int64_t> output,
           const torch::nn::Module& module, std::int64_t multiply_adds) {
    std::int64_t parameters = 0;
    for (const torch::Tensor& parameter : module.parameters(false)) parameters += parameter.numel();
    result_.layers.push_back({name, operation, std::move(output), parameters, multiply_adds});
  }

  Flow flow_;
  std::string classifier_;
  ModelProfile& result_;
  std::int64_t heads_ = 0;
  std::pair<std::string, std::int64_t> pending_;  // an attention module whose qkv comes next
};

}  // namespace

ModelProfile profile(ImageModel& model) {
  ModelProfile result;
  Counter counter(model, result);
  for (const auto& item : model.module().named_modules("", /*include_self=*/false))
    counter.visit(item.key(), *item.value());
  for (const torch::Tensor& parameter : model.module().parameters())
    result.parameters += parameter.numel();
  for (const LayerProfile& layer : result.layers) {
    result.multiply_adds += layer.multiply_adds;
    result.activation_bytes += product(layer.output) * static_cast<std::int64_t>(sizeof(float));
  }
  return result;
}

}  // namespace vit
