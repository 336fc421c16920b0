#include "vit/loss/set_matching.h"

#include <ATen/ops/cdist.h>
#include <torch/utils.h>

#include <limits>

#include "vit/core/error.h"
#include "vit/loss/assignment.h"
#include "vit/loss/box_ops.h"

namespace vit {

CostParts box_costs(const torch::Tensor& queries, const torch::Tensor& objects, double l1_weight,
                    double giou_weight) {
  const torch::Tensor wanted = objects.to(queries.scalar_type());
  return {{"l1", l1_weight * at::cdist(queries, wanted, 1)},
          {"giou", -giou_weight * pairwise_box_giou(corners_of(queries), corners_of(wanted))}};
}

SetMatching match_sets(const CostParts& costs, std::int64_t groups) {
  VIT_ASSERT(!costs.empty());
  torch::Tensor sum = costs.front().second;
  for (std::size_t i = 1; i < costs.size(); ++i) sum = sum + costs[i].second;
  VIT_ASSERT(sum.dim() == 2 && sum.size(0) % groups == 0, "costs ", sum.sizes(), ", ", groups,
             " groups");
  constexpr double kLast = std::numeric_limits<float>::max();
  const torch::Tensor finite =
      sum.detach().to(torch::kCPU, torch::kFloat64).nan_to_num(kLast, kLast, kLast);
  const std::int64_t each = finite.size(0) / groups;
  std::vector<std::int64_t> queries, objects;
  for (std::int64_t group = 0; group < groups; ++group) {
    const Assignment pairs = linear_sum_assignment(finite.narrow(0, group * each, each));
    for (const std::int64_t row : pairs.rows) queries.push_back(group * each + row);
    objects.insert(objects.end(), pairs.cols.begin(), pairs.cols.end());
  }
  const auto moved = [&](const std::vector<std::int64_t>& indices) {
    return torch::tensor(indices, torch::kInt64).to(sum.device());
  };
  return {moved(queries), moved(objects)};
}

BoxLosses box_losses(const torch::Tensor& predicted, const torch::Tensor& objects) {
  return {(predicted - objects).abs().sum(),
          (1 - box_giou(corners_of(predicted), corners_of(objects))).sum()};
}

}  // namespace vit
