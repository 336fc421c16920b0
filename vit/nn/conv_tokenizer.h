#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include "vit/core/fields.h"
#include "vit/nn/conv.h"

namespace vit {

struct ConvTokenizerOptions {
  Size2 img_size{32, 32};
  std::int64_t in_chans = 3, embed_dim = 128;
  std::int64_t n_conv_layers = 1;
  std::int64_t kernel_size = 3, stride = 1, padding = 1;
  bool pool = true;  ///< ReLU and 3x3 max pooling with stride 2 after each convolution; without:
                     ///< plain patches, with bias
};

/// One convolution of the tokenizer, and what follows it. x [B, C, H, W] -> [B, C', H', W'].
class ConvTokenizerLayerImpl : public torch::nn::Cloneable<ConvTokenizerLayerImpl> {
 public:
  ConvTokenizerLayerImpl(const Conv2dOptions& options, bool pool);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);
  /// Of pictures of this size.
  [[nodiscard]] Size2 output_size(Size2 input) const;

  Conv2dOptions options;
  bool pool;
  Conv2d conv{nullptr};  ///< registered as `0`, its place among the authors' layers
};
TORCH_MODULE(ConvTokenizerLayer);

/// Pictures to tokens by convolutions (Hassani et al. 2021, section 3.3), with the state_dict keys
/// of the authors. x [B, in_chans, H, W] -> [B, N, embed_dim].
class ConvTokenizerImpl : public torch::nn::Cloneable<ConvTokenizerImpl> {
 public:
  /// Throws Error (usage) where plain patches do not tile the picture.
  explicit ConvTokenizerImpl(const ConvTokenizerOptions& options);
  void reset() override;
  torch::Tensor forward(const torch::Tensor& x);

  [[nodiscard]] Size2 grid_size() const;
  [[nodiscard]] std::int64_t num_tokens() const;

  ConvTokenizerOptions options;
  torch::nn::Sequential conv_layers{nullptr};  ///< of ConvTokenizerLayer
};
TORCH_MODULE(ConvTokenizer);

}  // namespace vit
