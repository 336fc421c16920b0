#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>

#include "vit/core/fields.h"
#include "vit/nn/encoder.h"
#include "vit/nn/linear.h"
#include "vit/nn/norm.h"

namespace vit {

struct MaeDecoderOptions {
  std::int64_t embed_dim = 128;
  std::int64_t depth = 2;
  std::int64_t num_heads = 0;  ///< 0: one for 32 features, as in the paper
  double mlp_ratio = 4.0;
  // What the backbone says.
  std::int64_t encoder_dim = 0, prefix_tokens = 0, patch_values = 0;
  Size2 grid{};
  double norm_eps = 1e-6;
  Activation act = Activation::gelu;
};
/// What a user sets of it.
void describe(FieldVisitor& visitor, MaeDecoderOptions& options);
/// The same with the number of heads.
[[nodiscard]] MaeDecoderOptions resolved(MaeDecoderOptions options);

/// The decoder of a masked autoencoder (He et al. 2022, section 3): the encoded patches at another
/// width, one learned token in the place of each that was removed, fixed positions for all of them
/// (without which the tokens would not know where they are), self-attention blocks, and the pixels
/// of each patch. Names are those of its repository.
///
/// Linear layers start by Xavier's uniform rule, the mask token normal with deviation 0.02.
class MaeDecoderImpl : public torch::nn::Cloneable<MaeDecoderImpl> {
 public:
  /// Throws Error (usage) where embed_dim is not a multiple of 4 and of num_heads.
  explicit MaeDecoderImpl(const MaeDecoderOptions& options);
  void reset() override;
  void init_weights(std::uint64_t seed);
  /// tokens [B, prefix + K, encoder_dim], the kept patches behind the others; `restore` [B, N]
  /// says for each patch where it is among the kept ones, which come first, and the removed ones.
  /// Returns the pixels of all patches, [B, N, patch_values].
  torch::Tensor forward(const torch::Tensor& tokens, const torch::Tensor& restore);

  MaeDecoderOptions options;  ///< resolved
  Linear decoder_embed{nullptr}, decoder_pred{nullptr};
  torch::Tensor mask_token;         ///< [1, 1, embed_dim]
  torch::Tensor decoder_pos_embed;  ///< [1, prefix + N, embed_dim], a buffer
  Encoder decoder_blocks{nullptr};
  Norm decoder_norm{nullptr};
};
TORCH_MODULE(MaeDecoder);

}  // namespace vit
