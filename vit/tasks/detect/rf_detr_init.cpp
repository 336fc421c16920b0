#include "vit/tasks/detect/rf_detr_init.h"

#include <torch/utils.h>

#include <cmath>

#include "vit/nn/init.h"

namespace vit {
namespace {

/// Of the bias beside a weight [out, in]: whose layers start it at 0, where torch.nn.Linear's would
/// be uniform.
bool starts_without_bias(std::string_view layer) {
  for (const std::string_view name : {"out_proj.", "value_proj.", "output_proj."})
    if (layer.ends_with(name)) return true;
  return false;
}

/// Uniform with variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010).
void xavier_uniform(const torch::Tensor& weight, const Rng& rng) {
  const auto fans = static_cast<double>(weight.size(0) + weight.size(1));
  init::uniform(weight, std::sqrt(6 / fans), rng);
}

void copy_parameters(torch::nn::Module& to, const torch::nn::Module& from) {
  const torch::NoGradGuard no_grad;
  for (auto& item : to.named_parameters()) item.value().copy_(from.named_parameters()[item.key()]);
}

}  // namespace

void init_rf_detr_head(RfDetr& network, std::uint64_t seed) {
  const auto parameters = network.named_parameters();
  const torch::Tensor compass =
      compass_offsets(network.options().ca_nheads, network.options().dec_n_points);
  std::uint64_t index = 0;
  for (const auto& item : parameters) {
    const std::string& name = item.key();
    const torch::Tensor& parameter = item.value();
    const Rng rng(seed, Stream::init, 0, index++);
    if (name.starts_with("backbone.")) continue;
    const std::string layer = name.substr(0, name.rfind('.') + 1);
    const bool is_bias = name.ends_with("bias");
    const torch::Tensor* weight = is_bias ? parameters.find(layer + "weight") : nullptr;
    if (name == "refpoint_embed.weight" || layer.ends_with("attention_weights.") ||
        name.ends_with("sampling_offsets.weight")) {
      init::constant(parameter, 0);
    } else if (name == "query_feat.weight") {
      init::normal(parameter, 1.0, rng);
    } else if (layer.ends_with("sampling_offsets.")) {
      const torch::NoGradGuard no_grad;
      parameter.copy_(compass);
    } else if (is_bias) {
      if (weight == nullptr || weight->dim() == 1 || starts_without_bias(layer))
        init::constant(parameter, 0);
      else
        init::uniform(parameter, init::default_bound(*weight), rng);
    } else if (parameter.dim() == 1) {  // of a norm
      init::constant(parameter, 1);
    } else if (name.starts_with("transformer.")) {
      xavier_uniform(parameter, rng);
    } else {
      init::uniform(parameter, init::default_bound(parameter), rng);
    }
  }
  constexpr double kPrior = 0.01;
  init::constant(network.class_embed->bias, -std::log((1 - kPrior) / kPrior));
  auto& last = network.bbox_embed->layers->at<LinearImpl>(network.bbox_embed->layers->size() - 1);
  init::constant(last.weight, 0);
  init::constant(last.bias, 0);
  RfDetrTransformer& transformer = network.transformer;
  for (const auto& classes : *transformer->enc_out_class_embed)
    copy_parameters(*classes, *network.class_embed);
  for (const auto& boxes : *transformer->enc_out_bbox_embed)
    copy_parameters(*boxes, *network.bbox_embed);
}

}  // namespace vit
