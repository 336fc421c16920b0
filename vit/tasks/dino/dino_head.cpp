#include "vit/tasks/dino/dino_head.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/linear.h>

#include <string>

#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"

namespace vit {
namespace {

/// Holds the layers of the MLP by their numbers.
class LayerListImpl : public torch::nn::Cloneable<LayerListImpl> {
 public:
  void reset() override {}
};

}  // namespace

void describe(FieldVisitor& visitor, DinoHeadOptions& o) {
  visitor.field(
      {"out_dim", &o.out_dim, "prototypes; the paper's are 65536, for ImageNet", kAtLeastOne});
  visitor.field({"hidden_dim", &o.hidden_dim, "width of its hidden layers", kAtLeastOne});
  visitor.field({"bottleneck_dim", &o.bottleneck_dim, "width before the prototypes", kAtLeastOne});
  visitor.field({"nlayers", &o.nlayers, "layers of its MLP", {2, 16}});
  visitor.field({"use_bn", &o.use_bn, "BatchNorm behind its hidden layers"});
  visitor.field({"norm_last_layer", &o.norm_last_layer, "prototypes keep the length 1"});
}

WeightNormLinearImpl::WeightNormLinearImpl(std::int64_t in, std::int64_t out) : in_(in), out_(out) {
  reset();
}

void WeightNormLinearImpl::reset() {
  weight_g = register_parameter("weight_g", torch::ones({out_, 1}));
  weight_v = register_parameter("weight_v", at::empty({out_, in_}));
  start_convolution(weight_v, {});
}

torch::Tensor WeightNormLinearImpl::forward(const torch::Tensor& x, bool learns) {
  const torch::Tensor weight = weight_v * (weight_g / weight_v.norm(2, 1, /*keepdim=*/true));
  return at::linear(x, learns ? weight : weight.detach());
}

DinoHeadImpl::DinoHeadImpl(const DinoHeadOptions& options_) : options(options_) {
  reset_whole(*this);
}

void DinoHeadImpl::reset() {
  const auto mlp = register_module("mlp", std::make_shared<LayerListImpl>());
  std::int64_t number = 0, width = options.in_dim;
  layers.clear();
  norms.clear();
  for (std::int64_t i = 0; i < options.nlayers; ++i) {
    const bool last = i + 1 == options.nlayers;
    const std::int64_t out = last ? options.bottleneck_dim : options.hidden_dim;
    layers.push_back(
        mlp->register_module(std::to_string(number++), Linear(LinearOptions{width, out})));
    if (!last && options.use_bn)
      norms.push_back(mlp->register_module(std::to_string(number++), torch::nn::BatchNorm1d(out)));
    ++number;  // GELU
    width = out;
  }
  last_layer =
      register_module("last_layer", WeightNormLinear(options.bottleneck_dim, options.out_dim));
  last_layer->weight_g.requires_grad_(!options.norm_last_layer);
}

void DinoHeadImpl::init_weights(std::uint64_t seed) {
  std::uint64_t index = 0;
  for (const Linear& layer : layers) {
    init::trunc_normal(layer->weight, 0.02, Rng(seed, Stream::init, 2, index++));
    init::constant(layer->bias, 0);
  }
  for (torch::nn::BatchNorm1d norm : norms) norm->reset_parameters();
  init::constant(last_layer->weight_g, 1);
  init::uniform(last_layer->weight_v, init::default_bound(last_layer->weight_v),
                Rng(seed, Stream::init, 2, index));
}

torch::Tensor DinoHeadImpl::forward(const torch::Tensor& x, bool last_layer_learns) {
  torch::Tensor out = x;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    out = layers[i]->forward(out);
    if (i + 1 == layers.size()) break;
    if (options.use_bn) out = norms[i]->forward(out);
    out = at::gelu(out);
  }
  out = out / out.norm(2, -1, /*keepdim=*/true).clamp_min(1e-12);
  return last_layer->forward(out, last_layer_learns);
}

}  // namespace vit
