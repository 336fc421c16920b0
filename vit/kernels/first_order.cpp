#include "vit/kernels/first_order.h"

#include <ATen/core/grad_mode.h>

#include "vit/core/error.h"

namespace vit::kernels {

void refuse_second_derivative() {
  // Autograd records a backward pass only where it is to be differentiated again.
  if (at::GradMode::is_enabled())
    throw Error(ErrorKind::usage, "fused kernels", "they have no second derivative",
                "hold a vit::kernels::PlainScope during the forward pass, or set VIT_FUSED=0");
}

}  // namespace vit::kernels
