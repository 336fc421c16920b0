#pragma once

#include <torch/types.h>

#include <optional>
#include <string_view>

#include "vit/nn/attention.h"
#include "vit/nn/mlp.h"

namespace vit {

/// How attention and MLP are put together.
enum class BlockKind {
  pre_norm,          ///< one after the other, each after a norm: the plain ViT
  res_post,          ///< the norm at the end of each branch (Swin V2, Liu et al. 2022)
  parallel_scaling,  ///< side by side after one norm (ViT-22B, Dehghani et al. 2023)
  parallel_things,   ///< two of each side by side (Touvron et al. 2022, "Three things …")
};
/// By timm's name: Block, ResPostBlock, ParallelScalingBlock, ParallelThingsBlock. Throws Error
/// (usage).
[[nodiscard]] BlockKind block_kind(std::string_view name);

struct EncoderBlockOptions {
  std::int64_t dim = 0;
  std::int64_t num_heads = 8;
  double mlp_ratio = 4.0;
  bool qkv_bias = true;
  bool k_bias = true;
  bool qkv_fused = true;
  bool proj_bias = true;
  bool qk_norm = false;
  bool scale_attn_norm = false;
  bool scale_mlp_norm = false;
  NormOptions norm{};  ///< kind and eps of all norms
  Activation act = Activation::gelu;
  MlpKind mlp = MlpKind::mlp;
  std::int64_t swiglu_align_to = 0;   ///< the MLP's width is rounded up to a multiple; 0: not
  std::optional<double> init_values;  ///< of LayerScale; none: no LayerScale
  bool gamma_names = false;           ///< `gamma_1` instead of `ls1.gamma`: timm's Eva, DINOv3
  RelPos rel_pos = RelPos::none;
  Size2 grid{};                    ///< patches; with rel_pos only
  std::int64_t prefix_tokens = 0;  ///< tokens before them; with rel_pos only
  double proj_drop = 0.0;
  double attn_drop = 0.0;
  double drop_path = 0.0;
  BlockKind kind = BlockKind::pre_norm;
};

/// The parts of a block with these options.
[[nodiscard]] AttentionOptions attention_options(const EncoderBlockOptions& block);
[[nodiscard]] MlpOptions mlp_options(const EncoderBlockOptions& block);
[[nodiscard]] NormOptions norm_options(const EncoderBlockOptions& block);

/// What an encoder is a stack of, beside being a torch::nn::Module.
class TransformerBlock {
 public:
  virtual ~TransformerBlock() = default;
  /// x [B, N, D] -> [B, N, D]; `rotation` turns queries and keys.
  virtual torch::Tensor forward(const torch::Tensor& x, const Rotation* rotation) = 0;
};

}  // namespace vit
