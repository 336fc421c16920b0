#pragma once

#include <optional>

#include "vit/augment/op.h"
#include "vit/image/resize.h"

namespace vit {

/// An operation that cuts a part out and scales it. What it cuts depends on the picture's size
/// alone, so that where such an operation is the first one, the rest need not be decoded.
class RegionOp : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const final;
  /// The part of a picture of this size; inside it.
  [[nodiscard]] virtual PixelBox choose(int width, int height, Rng& rng) const = 0;
  /// What is done to a picture that is the chosen part already, or to the part in `box`.
  virtual void finish(Sample& sample, const std::optional<SourceBox>& box) const = 0;
  /// What the part is scaled to.
  [[nodiscard]] virtual Size2 output_size() const = 0;
};

}  // namespace vit
