#include "vit/tasks/detect/resnet_fpn.h"

#include <ATen/ops/upsample_nearest2d.h>
#include <torch/utils.h>

#include <cmath>
#include <memory>

#include "vit/core/error.h"
#include "vit/nn/init.h"

namespace vit {
namespace {

/// Modules that hold others under names, and do nothing themselves.
class Names final : public torch::nn::Module {
 public:
  Conv2d add(const std::string& name, const Conv2dOptions& options) {
    return register_module(name, Conv2d(options));
  }
  /// torchvision has each convolution in a list of its own, for the norm that may follow it.
  Conv2d add_list(const std::string& name, const Conv2dOptions& options) {
    return register_module(name, std::make_shared<Names>())->add("0", options);
  }
};

Conv2dOptions three_by_three(std::int64_t channels, std::int64_t stride) {
  return {.in_channels = channels,
          .out_channels = channels,
          .kernel_size = 3,
          .stride = stride,
          .padding = 1};
}

}  // namespace

FeaturePyramidNetwork::FeaturePyramidNetwork(const FeaturePyramidNetworkOptions& options)
    : options_(options) {
  if (options.in_channels.empty())
    throw Error(ErrorKind::usage, "FeaturePyramidNetwork", "there is no map to build on",
                "name layers of the backbone");
  const std::int64_t width = options.out_channels;
  const auto inner = register_module("inner_blocks", std::make_shared<Names>());
  const auto layer = register_module("layer_blocks", std::make_shared<Names>());
  for (const std::int64_t channels : options.in_channels) {
    const std::string number = std::to_string(inner_.size());
    inner_.push_back(inner->add_list(number, {.in_channels = channels, .out_channels = width}));
    smooth_.push_back(layer->add_list(number, three_by_three(width, 1)));
  }
  if (!options.p6p7) return;
  const auto extra = register_module("extra_blocks", std::make_shared<Names>());
  for (const char* name : {"p6", "p7"})
    extra_.push_back(extra->add(name, three_by_three(width, 2)));
}

std::vector<torch::Tensor> FeaturePyramidNetwork::forward(const std::vector<torch::Tensor>& maps) {
  const std::vector<std::int64_t>& channels = options_.in_channels;
  if (maps.size() != channels.size())
    throw Error(ErrorKind::usage, "FeaturePyramidNetwork",
                vit::str("expected ", channels.size(), " maps, got ", maps.size()));
  std::vector<torch::Tensor> levels(maps.size());
  torch::Tensor sum;  // [B, out_channels, h, w]: this level and what is above it
  for (std::size_t i = maps.size(); i-- > 0;) {
    if (maps[i].dim() != 4 || maps[i].size(1) != channels[i])
      throw Error(
          ErrorKind::usage, "FeaturePyramidNetwork",
          vit::str("expected map ", i, " [B, ", channels[i], ", h, w], got ", maps[i].sizes()));
    const torch::Tensor own = inner_[i]->forward(maps[i]);
    sum = sum.defined() ? own + at::upsample_nearest2d(sum, {own.size(2), own.size(3)}) : own;
    levels[i] = smooth_[i]->forward(sum);
  }
  for (std::size_t i = 0; i < extra_.size(); ++i)
    levels.push_back(extra_[i]->forward(i == 0 ? levels.back() : levels.back().relu()));
  return levels;
}

std::vector<std::int64_t> FeaturePyramidNetwork::strides() const {
  std::vector<std::int64_t> strides(inner_.size() + extra_.size(), options_.stride);
  for (std::size_t i = 1; i < strides.size(); ++i) strides[i] = 2 * strides[i - 1];
  return strides;
}

void FeaturePyramidNetwork::init_weights(std::uint64_t seed) {
  std::uint64_t drawn = 0;
  for (const torch::Tensor& parameter : parameters()) {
    const Rng rng(seed, Stream::init, 0, drawn++);
    if (parameter.dim() == 4)
      init::uniform(parameter, std::sqrt(3.0) * init::default_bound(parameter), rng);
    else
      init::constant(parameter, 0);
  }
}

}  // namespace vit
