#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

/// How the values of a tensor are spread: the counts between edges, and what tells them at a
/// glance.
struct Histogram {
  std::string name;
  double min = 0, max = 0;
  double sum = 0, sum_of_squares = 0;
  std::vector<double> upper_edges;  ///< of each bin, rising; the first bin begins at `min`
  std::vector<double> counts;       ///< as many as edges
};

}  // namespace vit
