#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>

namespace vit {

/// For looking into a model: while the object lives, every attention that is computed on this
/// thread gives its weights to `sink`. Fused kernels, which never have the weights in memory, step
/// aside for the plain formula; outputs stay the same up to rounding (1e-5 in float32). Where
/// several objects live, the innermost hears. With gradient checkpointing a backward pass within
/// the scope computes attentions a second time, and they are heard again.
class AttentionScope {
 public:
  /// `number` counts the attentions from 0, in the order in which they are computed. `weights`
  /// [B, H, M, N] are softmax's, before dropout: a query's sum to 1, or to 0 where it sees no key.
  /// They are part of the gradient's graph, so detach what is kept.
  using Sink = std::function<void(std::int64_t number, const torch::Tensor& weights)>;

  explicit AttentionScope(Sink sink);
  ~AttentionScope();
  AttentionScope(const AttentionScope&) = delete;
  AttentionScope& operator=(const AttentionScope&) = delete;

  /// Whether the weights are to be shown on this thread: what a fused path asks first.
  [[nodiscard]] static bool active();
  /// Gives weights to the innermost object; nothing where there is none.
  static void show(const torch::Tensor& weights);

 private:
  Sink sink_;
  std::int64_t shown_ = 0;
  AttentionScope* outer_;
};

}  // namespace vit
