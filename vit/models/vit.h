#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include <optional>
#include <string>
#include <vector>

#include "vit/models/image_model.h"
#include "vit/models/vit_options.h"
#include "vit/nn/attention_pool.h"
#include "vit/nn/encoder.h"
#include "vit/nn/linear.h"
#include "vit/nn/patch_embed.h"

namespace vit {

/// The Vision Transformer (Dosovitskiy et al. 2021, section 3.1), with timm's state_dict keys:
/// patches become tokens, a class token and positional encodings are added, a stack of encoder
/// blocks follows, and one pooled token is classified. x [B, C, H, W] -> [B, num_classes].
///
/// DeiT's distillation token (Touvron et al. 2021, section 4) has a head of its own; the logits are
/// the mean of both heads. EVA-02 and DINOv3 are this model with rotary encodings.
class VisionTransformerImpl : public torch::nn::Cloneable<VisionTransformerImpl>,
                              public ImageModel {
 public:
  explicit VisionTransformerImpl(const ViTOptions& options);
  void reset() override;

  torch::Tensor forward(const torch::Tensor& x) override;
  torch::Tensor forward_features(const torch::Tensor& x) override;
  torch::Tensor forward_head(const torch::Tensor& features) override;
  std::vector<torch::Tensor> head_logits(const torch::Tensor& features) override;
  void forward_stages(const torch::Tensor& x, const StageSink& sink) override;

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  [[nodiscard]] Size2 img_size() const override { return options.img_size; }
  [[nodiscard]] std::int64_t in_chans() const override { return options.in_chans; }
  [[nodiscard]] std::int64_t num_classes() const override { return options.num_classes; }
  [[nodiscard]] std::string classifier() const override { return "head"; }
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;

  [[nodiscard]] std::vector<Features> features(const torch::Tensor& x,
                                               const FeatureRequest& request = {}) override;
  [[nodiscard]] std::int64_t num_layers() const override { return options.depth; }
  [[nodiscard]] std::vector<std::int64_t> widths() const override {
    return std::vector<std::int64_t>(static_cast<std::size_t>(options.depth), options.embed_dim);
  }
  [[nodiscard]] Size2 stride() const override { return options.patch_size; }

  /// Tokens before the patches: class token, distillation token and registers.
  [[nodiscard]] std::int64_t num_prefix_tokens() const;
  /// Those of them that have a place in `pos_embed`.
  [[nodiscard]] std::int64_t num_embedded_prefix_tokens() const {
    return options.no_embed_class ? 0 : num_prefix_tokens();
  }

  ViTOptions options;
  PatchEmbed patch_embed{nullptr};
  torch::Tensor cls_token;   ///< [1, 1, D]
  torch::Tensor dist_token;  ///< [1, 1, D]
  torch::Tensor reg_token;   ///< [1, reg_tokens, D]
  torch::Tensor pos_embed;   ///< [1, N (+ prefix tokens unless no_embed_class), D]
  Norm norm_pre{nullptr}, norm{nullptr}, fc_norm{nullptr};
  Encoder blocks{nullptr};
  AttentionPool attn_pool{nullptr};
  Linear head{nullptr}, head_dist{nullptr};

 private:
  using AfterBlock = std::function<void(std::size_t, const torch::Tensor&)>;
  /// Tokens after the last block, before the final norm; `sink`, where given, sees what comes
  /// before.
  torch::Tensor encode(const torch::Tensor& x, const FeatureRequest& request, const StageSink& sink,
                       const AfterBlock& after_block);
  /// The tokens and rotation of the patches `kept` [B, K] alone, behind the prefix.
  void keep_patches(torch::Tensor& tokens, std::optional<Rotation>& turn,
                    const torch::Tensor& kept);
  [[nodiscard]] bool uses_fc_norm() const;
  [[nodiscard]] EncoderBlockOptions block_options() const;
  void register_tokens();
  void register_heads();
  /// The positional encoding of a picture with this grid of patches.
  torch::Tensor position_encoding(Size2 grid);
  /// patches [B, N, D] -> [B, prefix + N, D] with positional encodings.
  torch::Tensor embed_positions(const torch::Tensor& patches, Size2 grid);
  /// How queries and keys turn; none without rotary encodings.
  std::optional<Rotation> rotation(Size2 grid, const torch::Tensor& like);
};
TORCH_MODULE(VisionTransformer);

}  // namespace vit
