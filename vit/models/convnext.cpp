#include "vit/models/convnext.h"

#include <torch/utils.h>

#include <numeric>

#include "vit/core/error.h"
#include "vit/core/rng.h"
#include "vit/nn/dropout.h"
#include "vit/nn/init.h"
#include "vit/nn/initial_weights.h"
#include "vit/nn/pool.h"

namespace vit {
namespace {

/// Height and width of the smallest picture that leaves a pixel.
std::int64_t smallest_picture(const ConvNeXtOptions& options) {
  return options.patch_size << (options.depths.size() - 1);
}

void check(const ConvNeXtOptions& options) {
  if (options.depths.empty() || options.depths.size() != options.dims.size())
    throw Error(
        ErrorKind::usage, "model.depths",
        str("has ", options.depths.size(), " stages, and model.dims has ", options.dims.size()),
        "give both a number for each stage, as in depths: [3, 3, 9, 3], dims: [96, 192, "
        "384, 768]");
  if (options.kernel_size % 2 == 0)
    throw Error(ErrorKind::usage, "model.kernel_size",
                str(options.kernel_size, " is even, and a kernel needs a pixel in its middle"),
                "set an odd model.kernel_size");
  if (options.global_pool.empty() && options.num_classes > 0)
    throw Error(ErrorKind::usage, "model.global_pool",
                "nothing is pooled, and the head needs one vector for each picture",
                "set model.global_pool: avg, or model.num_classes: 0");
}

}  // namespace

void describe(FieldVisitor& visitor, ConvNeXtOptions& o) {
  visitor.field({"img_size", &o.img_size, "pixels, one number or [height, width]", kAtLeastOne});
  visitor.field({"in_chans", &o.in_chans, "input channels: 3 RGB, 1 luma", kAtLeastOne});
  visitor.field({"num_classes", &o.num_classes,
                 "outputs of the head; 0: no head; training takes it from the data", kNonNegative});
  visitor.field({"global_pool",
                 &o.global_pool,
                 "what the head sees of all pixels: their mean, largest, or half of both",
                 {},
                 global_pool_2d_kinds()});
  visitor.field({"depths", &o.depths, "blocks of each stage", kAtLeastOne});
  visitor.field({"dims", &o.dims, "channels of each stage", kAtLeastOne});
  visitor.field({"kernel_size", &o.kernel_size, "of the depthwise convolutions; odd", kAtLeastOne});
  visitor.field({"patch_size", &o.patch_size, "pixels of the stem's patches", kAtLeastOne});
  visitor.field({"ls_init_value", &o.ls_init_value, "initial LayerScale; null: no LayerScale"});
  visitor.field({"act_layer",
                 &o.act_layer,
                 "activation of the MLPs",
                 {},
                 {"gelu", "gelu_tanh", "quick_gelu", "silu", "relu"}});
  visitor.field({"norm_eps", &o.norm_eps, "added to the variance in layer norms", kPositive});
  visitor.field({"head_norm_eps", &o.head_norm_eps,
                 "the same of the norm behind pooling; null: norm_eps", kPositive});
  visitor.field({"head_init_scale", &o.head_init_scale, "factor of the head's initial weights",
                 kNonNegative});
  visitor.field({"drop_rate", &o.drop_rate, "dropout before the head", kProbability});
  visitor.field({"drop_path_rate", &o.drop_path_rate,
                 "stochastic depth of the last block, rising from 0", kProbability});
}

ConvNeXtHeadImpl::ConvNeXtHeadImpl(const ConvNeXtHeadOptions& options_) : options(options_) {
  reset();
}

void ConvNeXtHeadImpl::reset() {
  norm = register_module("norm",
                         LayerNorm2d(LayerNorm2dOptions{options.in_features, options.norm_eps}));
  if (options.num_classes > 0)
    fc = register_module("fc", Linear(LinearOptions{options.in_features, options.num_classes}));
}

torch::Tensor ConvNeXtHeadImpl::forward(const torch::Tensor& x) {
  if (options.global_pool.empty()) return norm(x);
  const torch::Tensor pooled =
      norm(global_pool_2d(x, options.global_pool).unsqueeze(-1).unsqueeze(-1))
          .flatten(1);  // [B, C]
  const torch::Tensor kept = vit::dropout(pooled, options.drop_rate, is_training());
  return fc ? fc(kept) : kept;
}

ConvNeXtImpl::ConvNeXtImpl(const ConvNeXtOptions& options_) : options(options_) {
  check(options);
  reset_whole(*this);
}

void ConvNeXtImpl::reset() {
  stem = register_module(
      "stem",
      torch::nn::Sequential(Conv2d(Conv2dOptions{.in_channels = options.in_chans,
                                                 .out_channels = options.dims[0],
                                                 .kernel_size = options.patch_size,
                                                 .stride = options.patch_size}),
                            LayerNorm2d(LayerNorm2dOptions{options.dims[0], options.norm_eps})));
  const std::int64_t depth =
      std::accumulate(options.depths.begin(), options.depths.end(), std::int64_t{0});
  stages = register_module("stages", torch::nn::Sequential());
  std::int64_t index = 0;
  for (std::size_t i = 0; i < options.depths.size(); ++i) {
    ConvNeXtStageOptions stage{.in_channels = options.dims[i > 0 ? i - 1 : 0],
                               .downsample = i > 0,
                               .block = {.dim = options.dims[i],
                                         .kernel_size = options.kernel_size,
                                         .ls_init_value = options.ls_init_value,
                                         .act = activation(options.act_layer),
                                         .norm_eps = options.norm_eps},
                               .drop_paths = {}};
    for (std::int64_t j = 0; j < options.depths[i]; ++j, ++index)
      stage.drop_paths.push_back(depth > 1 ? options.drop_path_rate * static_cast<double>(index) /
                                                 static_cast<double>(depth - 1)
                                           : 0.0);
    stages->push_back(ConvNeXtStage(stage));
  }
  head = register_module("head", ConvNeXtHead(ConvNeXtHeadOptions{
                                     .in_features = options.dims.back(),
                                     .num_classes = options.num_classes,
                                     .global_pool = options.global_pool,
                                     .norm_eps = options.head_norm_eps.value_or(options.norm_eps),
                                     .drop_rate = options.drop_rate}));
}

torch::Tensor ConvNeXtImpl::stem_maps(const torch::Tensor& x) {
  const std::int64_t smallest = smallest_picture(options);
  if (x.dim() != 4 || x.size(1) != options.in_chans || x.size(2) < smallest || x.size(3) < smallest)
    throw Error(ErrorKind::usage, "ConvNeXt",
                vit::str("expected x [B, ", options.in_chans, ", H, W] with H and W of at least ",
                         smallest, ", got ", x.sizes()),
                "set model.in_chans to what the data has, model.img_size larger or "
                "model.patch_size smaller");
  return stem->forward(x);
}

torch::Tensor ConvNeXtImpl::forward_features(const torch::Tensor& x) {
  return stages->forward(stem_maps(x));
}

std::vector<Features> ConvNeXtImpl::features(const torch::Tensor& x,
                                             const FeatureRequest& request) {
  return features_of_stages(request, "ConvNeXt", [&] {
    std::vector<torch::Tensor> all;
    torch::Tensor maps = stem_maps(x);
    for (auto& stage : *stages) all.push_back(maps = stage.forward(maps));
    return all;
  });
}

void ConvNeXtImpl::init_weights(std::uint64_t seed) {
  // timm's: weights N(0, 0.02) cut at 2, biases 0, the head scaled; norms and LayerScale as their
  // constructors set them. Each parameter has its own sequence.
  std::uint64_t index = 0;
  for (auto& item : named_parameters()) {
    const std::string& name = item.key();
    const torch::Tensor& parameter = item.value();
    const Rng rng(seed, Stream::init, 0, index++);
    if (parameter.dim() > 1) {
      init::trunc_normal(parameter, 0.02, rng);
      const torch::NoGradGuard no_grad;
      if (name.starts_with("head.fc.")) parameter.mul_(options.head_init_scale);
    } else if (name.ends_with(".gamma")) {
      init::constant(parameter, *options.ls_init_value);
    } else {
      init::constant(parameter, name.ends_with(".bias") ? 0 : 1);
    }
  }
}

}  // namespace vit
