#pragma once

#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

#include <optional>
#include <string_view>

#include "vit/nn/linear.h"
#include "vit/nn/norm.h"
#include "vit/nn/rel_pos.h"
#include "vit/nn/rope.h"

namespace vit {

enum class RelPos {
  none,
  bias,        ///< a learned bias for each offset: Swin, BEiT
  decomposed,  ///< from the query and the offset in each axis: ViTDet
};

struct AttentionOptions {
  std::int64_t dim = 0;
  std::int64_t num_heads = 8;
  bool qkv_bias = true;
  bool k_bias = true;     ///< false: `q_bias` and `v_bias` beside a `qkv` without bias (BEiT, EVA)
  bool qkv_fused = true;  ///< false: `q_proj`, `k_proj`, `v_proj` (EVA-02)
  bool proj_bias = true;
  bool qk_norm = false;     ///< norm of queries and keys, for each head
  bool scale_norm = false;  ///< norm of the output before `proj`
  NormOptions norm{};       ///< kind and eps of these norms
  double attn_drop = 0.0;   ///< dropout of the attention weights
  double proj_drop = 0.0;   ///< dropout of the output
  RelPos rel_pos = RelPos::none;
  Size2 grid{};                    ///< patches; with rel_pos and windows only
  std::int64_t prefix_tokens = 0;  ///< tokens before them; with rel_pos only
  bool causal = false;             ///< a token sees itself and those before it
  /// Side of the windows within which tokens see each other; 0: all see all. Where windows reach
  /// over the grid, the zeros there are seen like tokens, as in ViTDet. Without prefix tokens.
  std::int64_t window = 0;
};

/// Multi-head self-attention (Vaswani et al. 2017, section 3.2; Dosovitskiy et al. 2021, appendix
/// A): softmax(q k^T / sqrt(Dh)) v in each of H heads of width Dh = dim / H. x [B, N, D] -> [B, N,
/// D]. Throws Error (usage) where dim is not a multiple of num_heads.
class MultiHeadAttentionImpl : public torch::nn::Cloneable<MultiHeadAttentionImpl> {
 public:
  explicit MultiHeadAttentionImpl(const AttentionOptions& options);
  void reset() override;

  /// Through a fused kernel where there is one. `rotation` turns queries and keys; `grid` is the
  /// image's, where it is another one than that of the options: windows and decomposed positions
  /// are for any.
  torch::Tensor forward(const torch::Tensor& x, const Rotation* rotation = nullptr,
                        Size2 grid = {});

  struct WithWeights {
    torch::Tensor output;   ///< [B, N, D]
    torch::Tensor weights;  ///< [B, H, N, N]; each row sums to 1
  };
  /// The same within an AttentionScope of its own: by the plain formula, which is the reference of
  /// the fused paths.
  WithWeights forward_with_weights(const torch::Tensor& x, const Rotation* rotation = nullptr);

  AttentionOptions options;
  Linear qkv{nullptr}, proj{nullptr};
  Linear q_proj{nullptr}, k_proj{nullptr}, v_proj{nullptr};  ///< instead of qkv
  torch::Tensor q_bias, v_bias;                              ///< [D], where there is no k_bias
  Norm q_norm{nullptr}, k_norm{nullptr}, norm{nullptr};
  RelPosBias rel_pos{nullptr};
  torch::Tensor rel_pos_h, rel_pos_w;  ///< [2 h - 1, Dh], [2 w - 1, Dh], of a window if there are

 private:
  struct Heads {
    torch::Tensor q, k, v;  // each [B, H, N, Dh]
  };
  Heads project(const torch::Tensor& x);
  Heads split_heads(const torch::Tensor& x, const Rotation* rotation);
  /// Attention of tokens that all see each other, before the projection: [B, N, D].
  torch::Tensor join_heads(const torch::Tensor& x, const Rotation* rotation, Size2 grid);
  /// The same with decomposed positions.
  torch::Tensor join_heads_by_position(const Heads& heads, Size2 grid);
  torch::Tensor project_out(const torch::Tensor& joined);  // [B, N, D], the heads side by side
  /// Whether one kernel goes from the qkv projection to the joined heads: nothing comes between
  /// them, no weight is masked or dropped, and nobody looks at the weights.
  [[nodiscard]] bool fused(const torch::Tensor& x, const Rotation* rotation) const;
  [[nodiscard]] RelPosOptions rel_pos_options(Size2 grid) const;
  /// The grid that tables of positions are made for.
  [[nodiscard]] Size2 table_grid() const {
    return options.window > 0 ? Size2{options.window, options.window} : options.grid;
  }
};
TORCH_MODULE(MultiHeadAttention);

}  // namespace vit
