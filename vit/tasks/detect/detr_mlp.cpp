#include "vit/tasks/detect/detr_mlp.h"

#include <ATen/ops/relu.h>

#include "vit/nn/init.h"

namespace vit {

DetrMlpImpl::DetrMlpImpl(std::vector<std::int64_t> widths_) : widths(std::move(widths_)) {
  reset();
}

void DetrMlpImpl::reset() {
  layers = register_module("layers", torch::nn::ModuleList());
  for (std::size_t i = 0; i + 1 < widths.size(); ++i)
    layers->push_back(Linear(LinearOptions{widths[i], widths[i + 1]}));
}

void DetrMlpImpl::init_weights(std::uint64_t seed) {
  std::uint64_t index = 0;
  for (std::size_t i = 0; i < layers->size(); ++i) {
    const LinearImpl& layer = layers->at<LinearImpl>(i);
    for (const torch::Tensor& parameter : {layer.weight, layer.bias})
      init::uniform(parameter, init::default_bound(layer.weight),
                    Rng(seed, Stream::init, 0, index++));
  }
}

torch::Tensor DetrMlpImpl::forward(torch::Tensor x) {
  for (std::size_t i = 0; i < layers->size(); ++i)
    x = layers->at<LinearImpl>(i).forward(i == 0 ? x : at::relu(x));
  return x;
}

}  // namespace vit
