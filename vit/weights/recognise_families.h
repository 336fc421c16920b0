#pragma once

#include <optional>

#include "vit/weights/recognise.h"

/// One function for each family of models; each is in a file of its own.
namespace vit {

/// Needs `patch_embed.proj.weight`.
void recognise_vit(const NamedWeights& weights, std::optional<Size2> picture, Recognised& result);
/// Needs `conv1.weight` and `layer1`.
void recognise_resnet(const NamedWeights& weights, Recognised& result);
/// Needs `stem.0.weight` and `stages`.
void recognise_convnext(const NamedWeights& weights, Recognised& result);

/// Shapes of tensors by name, with what is asked of them again and again.
class Shapes {
 public:
  explicit Shapes(const TensorMap& tensors) : tensors_(tensors) {}

  [[nodiscard]] bool has(const std::string& name) const { return tensors_.contains(name); }
  /// Length of an axis; 0 where there is no such tensor or axis.
  [[nodiscard]] std::int64_t size(const std::string& name, std::int64_t axis) const;
  /// How many of `prefix0.`, `prefix1.`, … there are.
  [[nodiscard]] std::int64_t count(const std::string& prefix) const;

 private:
  const TensorMap& tensors_;
};

}  // namespace vit
