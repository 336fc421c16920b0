#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

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
  /// The samples, of a data set that has so many, which it wants in Sample::companions: most want
  /// none. `rng` is another generator than that of `apply`.
  [[nodiscard]] virtual std::vector<std::int64_t> companions(std::int64_t /*samples*/,
                                                             Rng& /*rng*/) const {
    return {};
  }
  /// Sizes that the user left open become the model's.
  virtual void adapt(const InputSpec& /*input*/) {}
  virtual void describe(FieldVisitor& /*visitor*/) {}
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::unique_ptr<AugmentOp> clone() const = 0;
};

}  // namespace vit
