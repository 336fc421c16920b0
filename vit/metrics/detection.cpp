#include "vit/metrics/detection.h"

#include <algorithm>
#include <numeric>

namespace vit {

double overlap(const ObjectBox& found, const ObjectBox& truth, bool crowd) {
  const double w =
      std::min(found.width + found.x, truth.width + truth.x) - std::max(found.x, truth.x);
  const double h =
      std::min(found.height + found.y, truth.height + truth.y) - std::max(found.y, truth.y);
  if (!(w > 0 && h > 0)) return 0;
  const double intersection = w * h, area = found.width * found.height;
  return intersection / (crowd ? area : area + truth.width * truth.height - intersection);
}

double overlap(const RunLengths& found, const RunLengths& truth, bool crowd) {
  std::uint64_t both = 0, either = 0, area = 0;
  std::size_t a = 0, b = 0;  // the runs that are being read, and what is left of them
  std::uint64_t left_a = found.empty() ? 0 : found[0], left_b = truth.empty() ? 0 : truth[0];
  while (a < found.size() && b < truth.size()) {
    const std::uint64_t step = std::min(left_a, left_b);
    const bool in_a = a % 2 == 1, in_b = b % 2 == 1;
    if (in_a && in_b) both += step;
    if (in_a || in_b) either += step;
    if (in_a) area += step;
    left_a -= step;
    left_b -= step;
    if (left_a == 0 && ++a < found.size()) left_a = found[a];
    if (left_b == 0 && ++b < truth.size()) left_b = truth[b];
  }
  if (both == 0) return 0;
  return static_cast<double>(both) / static_cast<double>(crowd ? area : either);
}

double overlap(const ScoredObject& found, const TrueObject& truth, OverlapOf what) {
  return what == OverlapOf::boxes ? overlap(found.box, truth.box, truth.crowd)
                                  : overlap(found.mask, truth.mask, truth.crowd);
}

std::vector<std::size_t> by_score(const std::vector<ScoredObject>& found) {
  std::vector<std::size_t> order(found.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return found[a].score > found[b].score; });
  return order;
}

}  // namespace vit
