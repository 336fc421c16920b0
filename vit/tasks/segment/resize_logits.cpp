#include "vit/tasks/segment/resize_logits.h"

#include <ATen/ops/upsample_bilinear2d.h>

namespace vit {

torch::Tensor resize_logits(const torch::Tensor& logits, const Size2& size) {
  if (logits.size(2) == size.height && logits.size(3) == size.width) return logits;
  return at::upsample_bilinear2d(logits, {size.height, size.width}, /*align_corners=*/false);
}

}  // namespace vit
