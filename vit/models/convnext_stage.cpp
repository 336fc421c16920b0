#include "vit/models/convnext_stage.h"

#include "vit/nn/dropout.h"
#include "vit/nn/layer_norm2d.h"

namespace vit {

ConvNeXtBlockImpl::ConvNeXtBlockImpl(const ConvNeXtBlockOptions& options_) : options(options_) {
  reset();
}

void ConvNeXtBlockImpl::reset() {
  const std::int64_t dim = options.dim;
  conv_dw = register_module("conv_dw", Conv2d(Conv2dOptions{.in_channels = dim,
                                                            .out_channels = dim,
                                                            .kernel_size = options.kernel_size,
                                                            .padding = options.kernel_size / 2,
                                                            .groups = dim}));
  norm = register_module("norm", Norm(NormOptions{.dim = dim, .eps = options.norm_eps}));
  mlp = register_module(
      "mlp", Mlp(MlpOptions{.in_features = dim, .hidden_features = 4 * dim, .act = options.act}));
  if (options.ls_init_value)
    gamma = register_parameter("gamma", torch::full({dim}, *options.ls_init_value));
}

torch::Tensor ConvNeXtBlockImpl::forward(const torch::Tensor& x) {
  torch::Tensor branch = conv_dw(x).permute({0, 2, 3, 1});  // [B, H, W, C]
  branch = mlp(norm(branch));
  if (options.ls_init_value) branch = branch * gamma;
  branch = branch.permute({0, 3, 1, 2});  // [B, C, H, W]
  return x + drop_path(branch, options.drop_path, is_training());
}

ConvNeXtStageImpl::ConvNeXtStageImpl(const ConvNeXtStageOptions& options_) : options(options_) {
  reset();
}

void ConvNeXtStageImpl::reset() {
  const std::int64_t dim = options.block.dim;
  if (options.downsample)
    downsample = register_module(
        "downsample", torch::nn::Sequential(LayerNorm2d(LayerNorm2dOptions{options.in_channels,
                                                                           options.block.norm_eps}),
                                            Conv2d(Conv2dOptions{.in_channels = options.in_channels,
                                                                 .out_channels = dim,
                                                                 .kernel_size = 2,
                                                                 .stride = 2})));
  blocks = register_module("blocks", torch::nn::Sequential());
  for (const double drop_path : options.drop_paths) {
    ConvNeXtBlockOptions block = options.block;
    block.drop_path = drop_path;
    blocks->push_back(ConvNeXtBlock(block));
  }
}

torch::Tensor ConvNeXtStageImpl::forward(const torch::Tensor& x) {
  return blocks->forward(options.downsample ? downsample->forward(x) : x);
}

}  // namespace vit
