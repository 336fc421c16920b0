#include "vit/tasks/segment/window_stitcher.h"

#include <ATen/ops/zeros.h>

#include "vit/core/error.h"

namespace vit {
namespace {

torch::Tensor window_part(const torch::Tensor& x, const PixelBox& box) {
  return x.narrow(2, box.top, box.height).narrow(3, box.left, box.width);
}

}  // namespace

void WindowStitcher::add(const torch::Tensor& logits, const PixelBox& window) {
  const bool inside = window.left >= 0 && window.top >= 0 && window.width > 0 &&
                      window.height > 0 && window.left + window.width <= image_.width &&
                      window.top + window.height <= image_.height;
  if (!inside || logits.dim() != 4 || logits.size(2) < window.height ||
      logits.size(3) < window.width)
    throw Error(ErrorKind::usage, "WindowStitcher",
                vit::str("logits ", logits.sizes(), " for the window of ", window.width, " x ",
                         window.height, " pixels at (", window.left, ", ", window.top,
                         ") of an image of ", image_.width, " x ", image_.height));
  const auto options = logits.options().dtype(torch::kFloat32).requires_grad(false);
  if (!sum_.defined()) {
    sum_ = at::zeros({logits.size(0), logits.size(1), image_.height, image_.width}, options);
    count_ = at::zeros({1, 1, image_.height, image_.width}, options);
  }
  if (logits.size(0) != sum_.size(0) || logits.size(1) != sum_.size(1))
    throw Error(ErrorKind::usage, "WindowStitcher",
                vit::str("logits ", logits.sizes(), " after windows of ", sum_.sizes()));
  window_part(sum_, window).add_(window_part(logits, {0, 0, window.width, window.height}));
  window_part(count_, window).add_(1);
}

torch::Tensor WindowStitcher::mean() const {
  if (!sum_.defined() || count_.eq(0).any().item<bool>())
    throw Error(ErrorKind::usage, "WindowStitcher", "pixels of the image are in no window");
  return sum_ / count_;
}

}  // namespace vit
