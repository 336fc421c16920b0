#include "vit/models/resnet_block.h"

#include "vit/core/error.h"
#include "vit/nn/dropout.h"

namespace vit {

torch::Tensor batch_norm(torch::nn::BatchNorm2d& norm, const torch::Tensor& x) {
  if (norm->is_training() && x.size(0) * x.size(2) * x.size(3) == 1)
    throw Error(ErrorKind::usage, "BatchNorm",
                vit::str("training on one picture that is a single pixel by now: ", x.sizes()),
                "use a larger data.batch_size (that leaves no rest of one) or model.img_size");
  return norm(x);
}

ResNetBlockImpl::ResNetBlockImpl(const ResNetBlockOptions& options_) : options(options_) {
  reset();
}

void ResNetBlockImpl::reset() {
  const std::int64_t in = options.in_channels, width = options.channels;
  const auto conv = [&](const char* name, std::int64_t from, std::int64_t to, std::int64_t kernel,
                        std::int64_t stride) {
    return register_module(name, Conv2d(Conv2dOptions{.in_channels = from,
                                                      .out_channels = to,
                                                      .kernel_size = kernel,
                                                      .stride = stride,
                                                      .padding = kernel / 2,
                                                      .bias = false}));
  };
  const auto norm = [&](const char* name, std::int64_t channels) {
    return register_module(name, torch::nn::BatchNorm2d(channels));
  };
  if (options.bottleneck) {
    conv1 = conv("conv1", in, width, 1, 1);
    bn1 = norm("bn1", width);
    conv2 = conv("conv2", width, width, 3, options.stride);
    bn2 = norm("bn2", width);
    conv3 = conv("conv3", width, options.out_channels(), 1, 1);
    bn3 = norm("bn3", options.out_channels());
  } else {
    conv1 = conv("conv1", in, width, 3, options.stride);
    bn1 = norm("bn1", width);
    conv2 = conv("conv2", width, width, 3, 1);
    bn2 = norm("bn2", width);
  }
  if (options.has_downsample())
    downsample = register_module(
        "downsample",
        torch::nn::Sequential(Conv2d(Conv2dOptions{.in_channels = in,
                                                   .out_channels = options.out_channels(),
                                                   .stride = options.stride,
                                                   .bias = false}),
                              torch::nn::BatchNorm2d(options.out_channels())));
}

torch::Tensor ResNetBlockImpl::forward(const torch::Tensor& x) {
  torch::Tensor branch = batch_norm(bn1, conv1(x)).relu_();
  branch = batch_norm(bn2, conv2(branch));
  if (options.bottleneck) branch = batch_norm(bn3, conv3(branch.relu_()));
  branch = drop_path(branch, options.drop_path, is_training());
  const torch::Tensor shortcut = options.has_downsample() ? downsample->forward(x) : x;
  return (branch + shortcut).relu_();
}

}  // namespace vit
