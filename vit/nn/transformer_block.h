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

/// What a block is made of are the options of its parts; `resolved` fills in the widths that follow
/// from the block's own. So EncoderBlockOptions{.dim = 192, .num_heads = 3} is a block already.
struct EncoderBlockOptions {
  std::int64_t dim = 0;
  std::int64_t num_heads = 0;  ///< 0: attn's
  double mlp_ratio = 4.0;      ///< hidden width of the MLP by dim, where mlp has none itself
  AttentionOptions attn{};     ///< its dim is the block's
  MlpOptions mlp{};            ///< its in_features are the block's dim
  NormOptions norm{};          ///< of the block's own norms; those inside attn and mlp have theirs
  std::optional<double> init_values{};  ///< of LayerScale; none: no LayerScale
  bool gamma_names = false;             ///< `gamma_1` instead of `ls1.gamma`: timm's Eva, DINOv3
  double drop_path = 0.0;
  BlockKind kind = BlockKind::pre_norm;
};
/// The same with every width in its place: what a block keeps, and makes its parts from.
[[nodiscard]] EncoderBlockOptions resolved(EncoderBlockOptions block);

/// What an encoder is a stack of, beside being a torch::nn::Module.
class TransformerBlock {
 public:
  virtual ~TransformerBlock() = default;
  /// x [B, N, D] -> [B, N, D]; `rotation` turns queries and keys, `grid` is that of the patches
  /// where it is another one than the options'.
  virtual torch::Tensor forward(const torch::Tensor& x, const Rotation* rotation,
                                Size2 grid = {}) = 0;
};

}  // namespace vit
