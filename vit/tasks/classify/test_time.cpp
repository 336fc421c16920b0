#include "vit/tasks/classify/test_time.h"

#include <torch/types.h>

#include <algorithm>
#include <vector>

#include "vit/core/error.h"
#include "vit/tasks/task_config.h"

namespace vit {

torch::Tensor test_time_views(const torch::Tensor& images, std::int64_t factor) {
  VIT_ASSERT(factor >= 1 && factor <= kMostPredictedViews, factor);
  if (factor == 1) return images;
  constexpr std::int64_t kMoves[][2] = {{0, 0}, {-1, 0}, {1, 0}, {0, -1}, {0, 1}};  // x, y
  const std::int64_t height = images.size(2), width = images.size(3);
  const std::int64_t by_x = std::max<std::int64_t>(width / 16, 1),
                     by_y = std::max<std::int64_t>(height / 16, 1);
  const torch::Tensor padded =
      at::replication_pad2d(images, torch::IntArrayRef({by_x, by_x, by_y, by_y}));
  std::vector<torch::Tensor> views;
  for (std::int64_t i = 0; i < factor; ++i) {
    const auto& move = kMoves[i / 2];
    const torch::Tensor view =
        padded.narrow(2, by_y + move[1] * by_y, height).narrow(3, by_x + move[0] * by_x, width);
    views.push_back(i % 2 == 0 ? view : view.flip(3));
  }
  return torch::stack(views, 1).flatten(0, 1);  // [B, factor, C, H, W] -> [B * factor, C, H, W]
}

torch::Tensor mean_over_views(const torch::Tensor& logits, std::int64_t factor) {
  if (factor == 1) return logits;
  return logits.view({-1, factor, logits.size(1)}).mean(1);
}

}  // namespace vit
