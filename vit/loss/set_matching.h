#pragma once

#include <torch/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vit {

/// What it costs to make a query answer for an object: named parts (`class`, `l1`, `giou`), each
/// [Q, M] and weighted, whose sum is made small.
using CostParts = std::vector<std::pair<std::string, torch::Tensor>>;

/// The parts `l1` and `giou` of DETR's matching (Carion et al. 2020, section 3.1): the distance of
/// the boxes `queries` [Q, 4] and `objects` [M, 4], both cx, cy, w, h in 0..1, and minus their
/// GIoU.
[[nodiscard]] CostParts box_costs(const torch::Tensor& queries, const torch::Tensor& objects,
                                  double l1_weight, double giou_weight);

/// Which query answers for which object of one image: `queries[i]` for `objects[i]`, [K] int64 each
/// on the device of the costs.
struct SetMatching {
  torch::Tensor queries, objects;
};

/// The pairs of least cost, by ascending query; each query and each object is in one pair at most.
/// With `groups` (Chen et al. 2023, Group DETR) the queries are that many sets of Q / groups, each
/// of which is matched with all objects, and the groups' pairs follow one another. A cost that is
/// NaN or infinite (a diverged model, whose loss says so) makes a pair that is taken last.
[[nodiscard]] SetMatching match_sets(const CostParts& costs, std::int64_t groups = 1);

/// DETR's losses of matched boxes [K, 4] (cx, cy, w, h in 0..1), summed: |difference|, and 1 -
/// GIoU.
struct BoxLosses {
  torch::Tensor l1, giou;
};
[[nodiscard]] BoxLosses box_losses(const torch::Tensor& predicted, const torch::Tensor& objects);

}  // namespace vit
