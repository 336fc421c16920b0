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

struct DecoderLinearOptions {
  std::int64_t d_encoder = 0;  ///< width of the encoder's tokens
  std::int64_t num_classes = 0;
};

/// Segmenter's linear baseline (Strudel et al. 2021, section 3.2): one linear layer on each patch
/// token, named `head`.
class DecoderLinearImpl : public torch::nn::Cloneable<DecoderLinearImpl> {
 public:
  explicit DecoderLinearImpl(const DecoderLinearOptions& options);
  void reset() override;
  void init_weights(std::uint64_t seed);
  /// Patch tokens [B, N, d_encoder], row by row and without class token, of a grid with N = h w
  /// patches -> logits [B, num_classes, h, w]. Throws Error (usage) where they do not fit.
  torch::Tensor forward(const torch::Tensor& tokens, const Size2& grid);

  DecoderLinearOptions options;
  Linear head{nullptr};
};
TORCH_MODULE(DecoderLinear);

struct MaskTransformerOptions {
  std::int64_t d_encoder = 0;  ///< width of the encoder's tokens
  std::int64_t num_classes = 0;
  std::int64_t n_layers = 2;
  std::int64_t n_heads = 0;  ///< 0: d_model / 64, at least 1
  std::int64_t d_model = 0;  ///< 0: d_encoder
  std::int64_t d_ff = 0;     ///< width inside the MLPs; 0: 4 d_model
  double dropout = 0.1;      ///< of attention weights, projections and MLPs
  double drop_path = 0.0;    ///< of the last block; rises linearly from 0
};
/// What a user sets of it; the encoder's width and the classes come from elsewhere.
void describe(FieldVisitor& visitor, MaskTransformerOptions& options);
/// The same with numbers in place of the zeros that stand for others.
[[nodiscard]] MaskTransformerOptions resolved(MaskTransformerOptions options);

/// Segmenter's mask transformer (Strudel et al. 2021, section 3.2): one learned embedding for each
/// class goes through transformer blocks together with the patch tokens; a mask is the product of
/// normalised patches with the normalised class, then a layer norm over the classes. The names are
/// those of its repository: `proj_dec`, `cls_emb`, `blocks.i`, `decoder_norm`, `proj_patch`,
/// `proj_classes`, `mask_norm`. All layer norms have eps 1e-5.
///
/// Linear layers and `cls_emb` start normal with deviation 0.02, cut at 2, biases at 0; the two
/// products `proj_patch` and `proj_classes` [d_model, d_model] normal with deviation d_model^-0.5.
class MaskTransformerImpl : public torch::nn::Cloneable<MaskTransformerImpl> {
 public:
  /// Throws Error (usage) where d_model is not a multiple of n_heads.
  explicit MaskTransformerImpl(const MaskTransformerOptions& options);
  void reset() override;
  void init_weights(std::uint64_t seed);
  /// Patch tokens [B, N, d_encoder], row by row and without class token, of a grid with N = h w
  /// patches -> logits [B, num_classes, h, w]. Throws Error (usage) where they do not fit. Needs a
  /// RandomScope in training where there is dropout.
  torch::Tensor forward(const torch::Tensor& tokens, const Size2& grid);

  MaskTransformerOptions options;  ///< resolved
  Linear proj_dec{nullptr};
  torch::Tensor cls_emb;  ///< [1, num_classes, d_model]; no weight decay
  Encoder blocks{nullptr};
  Norm decoder_norm{nullptr};
  torch::Tensor proj_patch, proj_classes;  ///< [d_model, d_model]
  Norm mask_norm{nullptr};                 ///< over the classes
};
TORCH_MODULE(MaskTransformer);

}  // namespace vit
