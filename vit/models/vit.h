#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <optional>
#include <string>
#include <string_view>

#include "vit/core/fields.h"
#include "vit/models/image_model.h"
#include "vit/nn/encoder.h"
#include "vit/nn/linear.h"
#include "vit/nn/patch_embed.h"

namespace vit {

/// timm's keyword arguments of VisionTransformer, with timm's defaults.
struct ViTOptions {
  Size2 img_size{224, 224};
  Size2 patch_size{16, 16};
  std::int64_t in_chans = 3;
  std::int64_t num_classes = 1000;
  std::string global_pool = "token";
  std::int64_t embed_dim = 768;
  std::int64_t depth = 12;
  std::int64_t num_heads = 12;
  double mlp_ratio = 4.0;
  bool qkv_bias = true;
  bool qk_norm = false;
  std::optional<double> init_values;
  bool class_token = true;
  std::string pos_embed = "learn";
  bool no_embed_class = false;
  std::int64_t reg_tokens = 0;
  bool pre_norm = false;
  std::optional<bool> fc_norm;
  double drop_rate = 0.0;
  double pos_drop_rate = 0.0;
  double proj_drop_rate = 0.0;
  double attn_drop_rate = 0.0;
  double drop_path_rate = 0.0;
};
void describe(FieldVisitor& visitor, ViTOptions& options);

/// The Vision Transformer (Dosovitskiy et al. 2021, section 3.1), with timm's state_dict keys:
/// patches become tokens, a class token and positional encodings are added, a stack of encoder
/// blocks follows, and one pooled token is classified. x [B, C, H, W] -> [B, num_classes].
class VisionTransformerImpl : public torch::nn::Cloneable<VisionTransformerImpl>,
                              public ImageModel {
 public:
  explicit VisionTransformerImpl(const ViTOptions& options);
  void reset() override;

  torch::Tensor forward(const torch::Tensor& x) override;
  torch::Tensor forward_features(const torch::Tensor& x) override;
  torch::Tensor forward_head(const torch::Tensor& features) override;

  torch::nn::Module& module() override { return *this; }
  void init_weights(std::uint64_t seed) override;
  [[nodiscard]] Size2 img_size() const override { return options.img_size; }
  [[nodiscard]] std::int64_t in_chans() const override { return options.in_chans; }
  [[nodiscard]] std::int64_t num_classes() const override { return options.num_classes; }
  [[nodiscard]] std::string classifier() const override { return "head"; }
  [[nodiscard]] std::vector<std::string> no_weight_decay() const override;

  /// Tokens before the patches: class token and registers.
  [[nodiscard]] std::int64_t num_prefix_tokens() const;

  ViTOptions options;
  PatchEmbed patch_embed{nullptr};
  torch::Tensor cls_token;  ///< [1, 1, D]
  torch::Tensor reg_token;  ///< [1, reg_tokens, D]
  torch::Tensor pos_embed;  ///< [1, N (+ prefix tokens unless no_embed_class), D]
  torch::nn::LayerNorm norm_pre{nullptr}, norm{nullptr}, fc_norm{nullptr};
  Encoder blocks{nullptr};
  Linear head{nullptr};

 private:
  [[nodiscard]] bool uses_fc_norm() const;
  /// patches [B, N, D] -> [B, prefix + N, D] with positional encodings.
  torch::Tensor embed_positions(const torch::Tensor& patches);
};
TORCH_MODULE(VisionTransformer);

}  // namespace vit
