#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "vit/core/fields.h"
#include "vit/nn/encoder.h"
#include "vit/nn/token_embedding.h"

namespace vit {

/// A transformer over the tokens of a text; open_clip's names. What is left open is taken as the
/// loss's own model has it, see resolved().
struct TextTowerOptions {
  std::int64_t vocab_size = 0;  ///< 0: the tokenizer's
  std::int64_t context_length = 32;
  std::int64_t width = 192;
  std::int64_t layers = 6;
  std::int64_t heads = 0;  ///< 0: width / 64, at least 1
  double mlp_ratio = 4.0;
  std::string act_layer;                       ///< "": gelu
  double norm_eps = 0;                         ///< 0: CLIP 1e-5, SigLIP 1e-6
  std::optional<bool> causal{};                ///< CLIP's is, SigLIP's is not
  std::string pool;                            ///< eot or last; "": CLIP eot, SigLIP last
  std::optional<std::int64_t> eos_token_id{};  ///< of eot: the first such token; none: the largest
  std::optional<bool> proj_bias{};             ///< CLIP's projection has none, SigLIP's has one
  std::int64_t embed_dim = 0;                  ///< of what it gives; not set by users
};
/// What a user sets of it.
void describe(FieldVisitor& visitor, TextTowerOptions& options);
/// The same with what `loss` (clip, siglip) takes for what is open.
[[nodiscard]] TextTowerOptions resolved(TextTowerOptions options, const std::string& loss);

/// The text tower of CLIP (Radford et al. 2021, section 2.4: causal, the feature at the end token)
/// and of SigLIP (Zhai et al. 2023: no mask, the feature at the last position). ids [B, L] int64,
/// L up to context_length -> [B, embed_dim].
class TextTowerImpl : public torch::nn::Cloneable<TextTowerImpl> {
 public:
  /// `options` are resolved. Throws Error (usage) where width is no multiple of heads.
  explicit TextTowerImpl(const TextTowerOptions& options);
  void reset() override;
  /// Linear layers and embedding start normal with deviation 0.02, positions with 0.01.
  void init_weights(std::uint64_t seed);
  /// Throws Error (usage) where ids are of another type or too long.
  torch::Tensor forward(const torch::Tensor& ids);

  TextTowerOptions options;
  TokenEmbedding token_embed{nullptr};
  torch::Tensor pos_embed;  ///< [1, context_length, width]
  Encoder blocks{nullptr};
  Norm norm{nullptr};
  Linear head{nullptr};

 private:
  /// Which position of each text is its feature, [B] int64.
  [[nodiscard]] torch::Tensor end_of(const torch::Tensor& ids) const;
};
TORCH_MODULE(TextTower);

}  // namespace vit
