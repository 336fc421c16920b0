#include "vit/tasks/detect/yolos_mlp.h"

#include <torch/nn/modules/container/modulelist.h>

#include "vit/nn/init.h"

namespace vit {

YolosMlpImpl::YolosMlpImpl(std::int64_t dim, std::int64_t out) : dim_(dim), out_(out) { reset(); }

void YolosMlpImpl::reset() {
  layers_.clear();
  torch::nn::ModuleList list = register_module("layers", torch::nn::ModuleList());
  for (const std::int64_t width : {dim_, dim_, out_})
    list->push_back(layers_.emplace_back(LinearOptions{dim_, width}));
}

void YolosMlpImpl::init_weights(std::uint64_t seed) {
  std::uint64_t index = 0;
  for (const Linear& layer : layers_)
    for (const torch::Tensor& parameter : {layer->weight, layer->bias})
      init::uniform(parameter, init::default_bound(layer->weight),
                    Rng(seed, Stream::init, 0, index++));
}

torch::Tensor YolosMlpImpl::forward(torch::Tensor x) {
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    if (i > 0) x = x.relu();
    x = layers_[i]->forward(x);
  }
  return x;
}

}  // namespace vit
