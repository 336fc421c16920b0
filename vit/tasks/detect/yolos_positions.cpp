#include "vit/tasks/detect/yolos_positions.h"

#include <torch/utils.h>

#include "vit/core/error.h"
#include "vit/weights/resample.h"

namespace vit {

torch::Tensor positions_for(const torch::Tensor& positions, std::int64_t prefix,
                            std::int64_t behind, Size2 from, Size2 to) {
  if (from == to) return positions;
  const std::int64_t count = positions.size(-2), dim = positions.size(-1);
  VIT_ASSERT(count == prefix + from.height * from.width + behind, positions.sizes());
  // All layers are channels of one grid.
  const torch::Tensor side_by_side = positions.reshape({-1, count, dim})
                                         .permute({1, 0, 2})
                                         .reshape({1, count, -1});  // [1, P, L D]
  const torch::Tensor resampled = resample_positions(side_by_side.narrow(1, 0, count - behind),
                                                     from, to, prefix, Interpolation::bicubic)
                                      .to(positions.scalar_type());
  const torch::Tensor all =
      torch::cat({resampled, side_by_side.narrow(1, count - behind, behind)}, 1);
  std::vector<std::int64_t> shape = positions.sizes().vec();
  shape[shape.size() - 2] = all.size(1);
  return all.reshape({all.size(1), -1, dim}).permute({1, 0, 2}).reshape(shape);
}

}  // namespace vit
