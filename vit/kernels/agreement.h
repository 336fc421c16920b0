#pragma once

#include "vit/kernels/isa.h"

namespace vit::kernels {

/// Whether the bf16 products of an instruction set are those of the plain one (but for the order of
/// the sums), in the shapes that the kernels use, also after a product of LibTorch's own, which
/// leaves AMX configured for itself. Crashes where the instructions do not run.
[[nodiscard]] bool agrees_with_plain(Isa isa);

}  // namespace vit::kernels
