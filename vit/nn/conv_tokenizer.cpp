#include "vit/nn/conv_tokenizer.h"

#include <ATen/ops/max_pool2d.h>

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr std::int64_t kInnerChannels = 64;  // between the convolutions

// The max pooling, as in the authors' networks.
constexpr std::int64_t kPool = 3, kPoolStride = 2, kPoolPadding = 1;

std::int64_t pooled(std::int64_t size) {
  return (size + 2 * kPoolPadding - kPool) / kPoolStride + 1;
}

}  // namespace

ConvTokenizerLayerImpl::ConvTokenizerLayerImpl(const Conv2dOptions& options_, bool pool_)
    : options(options_), pool(pool_) {
  reset();
}

void ConvTokenizerLayerImpl::reset() { conv = register_module("0", Conv2d(options)); }

torch::Tensor ConvTokenizerLayerImpl::forward(const torch::Tensor& x) {
  const torch::Tensor maps = conv(x);
  return pool ? at::max_pool2d(maps.relu(), kPool, kPoolStride, kPoolPadding) : maps;
}

Size2 ConvTokenizerLayerImpl::output_size(Size2 input) const {
  const Size2 convolved = {conv->output_size(input.height), conv->output_size(input.width)};
  return pool ? Size2{pooled(convolved.height), pooled(convolved.width)} : convolved;
}

ConvTokenizerImpl::ConvTokenizerImpl(const ConvTokenizerOptions& options_) : options(options_) {
  reset();
  const auto [height, width] = options.img_size;
  const std::int64_t patch = options.kernel_size;
  if (!options.pool && (height % patch != 0 || width % patch != 0))
    throw Error(ErrorKind::usage, "ConvTokenizer",
                str("image size ", height, "x", width, " is not a multiple of patch size ", patch),
                "set model.img_size or model.kernel_size so that the patches tile the picture");
}

void ConvTokenizerImpl::reset() {
  conv_layers = register_module("conv_layers", torch::nn::Sequential());
  for (std::int64_t i = 0; i < options.n_conv_layers; ++i) {
    const bool last = i + 1 == options.n_conv_layers;
    conv_layers->push_back(
        ConvTokenizerLayer(Conv2dOptions{.in_channels = i == 0 ? options.in_chans : kInnerChannels,
                                         .out_channels = last ? options.embed_dim : kInnerChannels,
                                         .kernel_size = options.kernel_size,
                                         .stride = options.stride,
                                         .padding = options.padding,
                                         .bias = !options.pool},
                           options.pool));
  }
}

Size2 ConvTokenizerImpl::grid_size() const {
  Size2 grid = options.img_size;
  for (std::size_t i = 0; i < conv_layers->size(); ++i)
    grid = conv_layers->at<ConvTokenizerLayerImpl>(i).output_size(grid);
  return grid;
}

std::int64_t ConvTokenizerImpl::num_tokens() const {
  const auto [height, width] = grid_size();
  return height * width;
}

torch::Tensor ConvTokenizerImpl::forward(const torch::Tensor& x) {
  const auto [height, width] = options.img_size;
  if (x.dim() != 4 || x.size(1) != options.in_chans || x.size(2) != height || x.size(3) != width)
    throw Error(ErrorKind::usage, "ConvTokenizer",
                vit::str("expected x [B, ", options.in_chans, ", ", height, ", ", width, "], got ",
                         x.sizes()),
                "set model.img_size and model.in_chans to what the data has");
  return conv_layers->forward(x).flatten(2).transpose(1, 2);  // [B, D, H', W'] -> [B, N, D]
}

}  // namespace vit
