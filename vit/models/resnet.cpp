#include "vit/models/resnet.h"

#include <ATen/ops/max_pool2d.h>

#include <numeric>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/models/resnet_block.h"
#include "vit/nn/dropout.h"
#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"
#include "vit/nn/pool.h"

namespace vit {
namespace {

void check(const ResNetOptions& options) {
  if (options.layers.empty() || options.layers.size() != options.channels.size())
    throw Error(ErrorKind::usage, "model.layers",
                str("has ", options.layers.size(), " stages, and model.channels has ",
                    options.channels.size()),
                "give both a number for each stage, as in layers: [2, 2, 2, 2], channels: [64, "
                "128, 256, 512]");
  if (options.global_pool.empty() && options.num_classes > 0)
    throw Error(ErrorKind::usage, "model.global_pool",
                "nothing is pooled, and the head needs one vector for each picture",
                "set model.global_pool: avg, or model.num_classes: 0");
}

}  // namespace

void describe(FieldVisitor& visitor, ResNetOptions& o) {
  visitor.field({"img_size", &o.img_size, "pixels, one number or [height, width]", kAtLeastOne});
  visitor.field({"in_chans", &o.in_chans, "input channels: 3 RGB, 1 luma", kAtLeastOne});
  visitor.field({"num_classes", &o.num_classes,
                 "outputs of the head; 0: no head; training takes it from the data", kNonNegative});
  visitor.field({"global_pool",
                 &o.global_pool,
                 "what the head sees of all pixels: their mean, largest, or half of both",
                 {},
                 global_pool_2d_kinds()});
  visitor.field({"stem",
                 &o.stem,
                 "7x7 convolution and max pooling that quarter the picture, or one 3x3 convolution "
                 "for pictures as small as CIFAR's",
                 {},
                 {"imagenet", "cifar"}});
  visitor.field({"stem_channels", &o.stem_channels,
                 "channels of the stem; null: 64, for cifar those of the first stage",
                 kAtLeastOne});
  visitor.field({"block",
                 &o.block,
                 "residual block: two 3x3 convolutions, or 1x1, 3x3, 1x1 with 4 times the channels",
                 {},
                 {"basic", "bottleneck"}});
  visitor.field({"layers", &o.layers, "blocks of each stage", kAtLeastOne});
  visitor.field({"channels", &o.channels, "inner channels of each stage's blocks", kAtLeastOne});
  visitor.field({"drop_rate", &o.drop_rate, "dropout before the head", kProbability});
  visitor.field({"drop_path_rate", &o.drop_path_rate,
                 "stochastic depth of the last block, rising from 0", kProbability});
  visitor.field({"zero_init_last", &o.zero_init_last,
                 "each block starts as its shortcut alone (last norm of the branch at 0)"});
}

ResNetImpl::ResNetImpl(const ResNetOptions& options_) : options(options_) {
  check(options);
  reset_whole(*this);
}

void ResNetImpl::reset() {
  const bool cifar = options.stem == "cifar";
  std::int64_t channels = options.stem_channels.value_or(cifar ? options.channels.front() : 64);
  conv1 = register_module("conv1", Conv2d(Conv2dOptions{.in_channels = options.in_chans,
                                                        .out_channels = channels,
                                                        .kernel_size = cifar ? 3 : 7,
                                                        .stride = cifar ? 1 : 2,
                                                        .padding = cifar ? 1 : 3,
                                                        .bias = false}));
  bn1 = register_module("bn1", torch::nn::BatchNorm2d(channels));
  const std::int64_t depth =
      std::accumulate(options.layers.begin(), options.layers.end(), std::int64_t{0});
  std::int64_t index = 0;
  layers.clear();
  for (std::size_t stage = 0; stage < options.layers.size(); ++stage) {
    torch::nn::Sequential layer;
    for (std::int64_t i = 0; i < options.layers[stage]; ++i, ++index) {
      const ResNetBlockOptions block{.in_channels = channels,
                                     .channels = options.channels[stage],
                                     .stride = stage > 0 && i == 0 ? 2 : 1,
                                     .bottleneck = options.block == "bottleneck",
                                     .drop_path = depth > 1 ? options.drop_path_rate *
                                                                  static_cast<double>(index) /
                                                                  static_cast<double>(depth - 1)
                                                            : 0.0};
      layer->push_back(ResNetBlock(block));
      channels = block.out_channels();
    }
    layers.push_back(register_module("layer" + std::to_string(stage + 1), layer));
  }
  if (options.num_classes > 0)
    fc = register_module("fc", Linear(LinearOptions{channels, options.num_classes}));
}

torch::Tensor ResNetImpl::stem_maps(const torch::Tensor& x) {
  if (x.dim() != 4 || x.size(1) != options.in_chans)
    throw Error(ErrorKind::usage, "ResNet",
                vit::str("expected x [B, ", options.in_chans, ", H, W], got ", x.sizes()),
                "set model.in_chans to what the data has");
  // Channels last is the layout that convolutions of few channels compute in; all that follows
  // keeps it.
  torch::Tensor maps = conv1(x.contiguous(at::MemoryFormat::ChannelsLast));
  maps = batch_norm(bn1, maps).relu_();
  return options.stem == "imagenet" ? at::max_pool2d(maps, 3, 2, 1) : maps;  // [B, 64, H/4, W/4]
}

torch::Tensor ResNetImpl::forward_features(const torch::Tensor& x) {
  torch::Tensor maps = stem_maps(x);
  for (auto& layer : layers) maps = layer->forward(maps);
  return maps;
}

std::vector<Features> ResNetImpl::features(const torch::Tensor& x, const FeatureRequest& request) {
  return features_of_stages(request, "ResNet", [&] {
    std::vector<torch::Tensor> stages;
    torch::Tensor maps = stem_maps(x);
    for (auto& layer : layers) stages.push_back(maps = layer->forward(maps));
    return stages;
  });
}

std::vector<std::int64_t> ResNetImpl::widths() const {
  std::vector<std::int64_t> widths = options.channels;
  if (options.block == "bottleneck")
    for (std::int64_t& width : widths) width *= 4;
  return widths;
}

Size2 ResNetImpl::stride() const {
  const std::int64_t stem = options.stem == "imagenet" ? 4 : 1;
  const std::int64_t all = stem << (options.layers.size() - 1);
  return {all, all};
}

torch::Tensor ResNetImpl::forward_head(const torch::Tensor& features) {
  const torch::Tensor pooled = vit::dropout(global_pool_2d(features, options.global_pool),
                                            options.drop_rate, is_training());  // [B, C]
  return fc ? fc(pooled) : pooled;
}

void ResNetImpl::init_weights(std::uint64_t seed) {
  // timm's: convolutions N(0, 2 / fan_out), norms 1 and 0 (He et al. 2015; Goyal et al. 2017,
  // section 5.1 for the zeros), the head as torch.nn.Linear. Each parameter has its own sequence.
  const std::string last_norm = options.block == "bottleneck" ? ".bn3.weight" : ".bn2.weight";
  std::uint64_t index = 0;
  for (auto& item : named_parameters()) {
    const std::string& name = item.key();
    const torch::Tensor& parameter = item.value();
    const Rng rng(seed, Stream::init, 0, index++);
    if (parameter.dim() == 4)
      init::kaiming_normal_fan_out(parameter, rng);
    else if (name.starts_with("fc."))
      init::uniform(parameter, init::default_bound(fc->weight), rng);
    else if (name.ends_with(".bias") || (options.zero_init_last && name.ends_with(last_norm)))
      init::constant(parameter, 0);
    else
      init::constant(parameter, 1);
  }
  for (auto& item : named_modules("", /*include_self=*/false))  // also within the constructor
    if (auto* norm = item.value()->as<torch::nn::BatchNorm2dImpl>()) norm->reset_running_stats();
}

}  // namespace vit
