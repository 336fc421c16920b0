#pragma once

#include <memory>
#include <string_view>

#include "vit/core/fields.h"
#include "vit/core/rng.h"
#include "vit/image/input_spec.h"
#include "vit/image/sample.h"

namespace vit {

/// One augmentation: a change of a sample that depends on its options and on the numbers it draws.
class AugmentOp {
 public:
  virtual ~AugmentOp() = default;
  /// Changes picture, boxes and mask together.
  virtual void apply(Sample& sample, Rng& rng) const = 0;
  /// Sizes that the user left open become the model's.
  virtual void adapt(const InputSpec& /*input*/) {}
  virtual void describe(FieldVisitor& /*visitor*/) {}
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::unique_ptr<AugmentOp> clone() const = 0;
};

}  // namespace vit
