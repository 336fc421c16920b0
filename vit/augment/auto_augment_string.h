#pragma once

#include <memory>
#include <string>

#include "vit/augment/op.h"

namespace vit {

/// The operation that timm's `--aa` names: `rand-m9-mstd0.5-inc1`, `original-mstd0.5`, `v0`, `3a`,
/// `augmix-m5-w4-d2`; also `cifar10`, `svhn` and `trivial`. Sections are timm's: for rand m, n, p,
/// mstd, mmax, inc and t, for augmix m, w, d, a,
/// b and mstd. Throws Error (usage).
[[nodiscard]] std::unique_ptr<AugmentOp> op_from_aa(const std::string& text);

}  // namespace vit
