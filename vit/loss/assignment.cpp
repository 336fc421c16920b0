#include "vit/loss/assignment.h"

#include <torch/utils.h>

#include <cmath>
#include <limits>
#include <utility>

#include "vit/core/error.h"

namespace vit {
namespace {

constexpr std::int64_t kNone = -1;
constexpr double kFar = std::numeric_limits<double>::infinity();

/// The algorithm, for at least as many columns as rows: one row after the other gets its column, by
/// the shortest path that alternates between free and used pairs; costs are reduced by the duals
/// `u` and `v`, so that none is negative (Dijkstra's condition).
class ShortestPaths {
 public:
  ShortestPaths(const double* cost, std::int64_t rows, std::int64_t cols)
      : cost_(cost), rows_(rows), cols_(cols) {
    const auto r = static_cast<std::size_t>(rows), c = static_cast<std::size_t>(cols);
    u_.assign(r, 0);
    v_.assign(c, 0);
    col_of_.assign(r, kNone);
    row_of_.assign(c, kNone);
  }

  /// The column of each row.
  std::vector<std::int64_t> run() {
    for (std::int64_t row = 0; row < rows_; ++row) augment(row, path_to_free_column(row));
    return std::move(col_of_);
  }

 private:
  static std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

  /// Grows the tree of shortest paths from `start` until it reaches a column that nobody has, and
  /// updates the duals. Returns that column.
  std::int64_t path_to_free_column(std::int64_t start) {
    distance_.assign(at(cols_), kFar);
    came_from_.assign(at(cols_), kNone);
    std::vector<char> reached(at(cols_), 0);
    std::vector<std::int64_t> tree_rows;
    double shortest = 0;
    std::int64_t row = start, sink = kNone;
    while (sink == kNone) {
      tree_rows.push_back(row);
      std::int64_t next = kNone;
      for (std::int64_t col = 0; col < cols_; ++col) {
        if (reached[at(col)]) continue;
        const double through = shortest + cost_[row * cols_ + col] - u_[at(row)] - v_[at(col)];
        if (through < distance_[at(col)]) {
          distance_[at(col)] = through;
          came_from_[at(col)] = row;
        }
        if (next == kNone || closer(col, next)) next = col;
      }
      shortest = distance_[at(next)];
      VIT_ASSERT(shortest < kFar, "costs whose sum is no double");
      reached[at(next)] = 1;
      row = row_of_[at(next)];
      if (row == kNone) sink = next;
    }
    u_[at(start)] += shortest;
    for (const std::int64_t other : tree_rows)
      if (other != start) u_[at(other)] += shortest - distance_[at(col_of_[at(other)])];
    for (std::int64_t col = 0; col < cols_; ++col)
      if (reached[at(col)]) v_[at(col)] -= shortest - distance_[at(col)];
    return sink;
  }

  /// Whether `col` comes before `other`, which has a lower index: of equally near ones a free
  /// column ends the search.
  [[nodiscard]] bool closer(std::int64_t col, std::int64_t other) const {
    if (distance_[at(col)] != distance_[at(other)])
      return distance_[at(col)] < distance_[at(other)];
    return row_of_[at(col)] == kNone && row_of_[at(other)] != kNone;
  }

  /// Exchanges used and free pairs along the path from `start` to `sink`.
  void augment(std::int64_t start, std::int64_t sink) {
    for (std::int64_t col = sink;;) {
      const std::int64_t row = came_from_[at(col)];
      row_of_[at(col)] = row;
      std::swap(col_of_[at(row)], col);
      if (row == start) return;
    }
  }

  const double* cost_;
  std::int64_t rows_, cols_;
  std::vector<double> u_, v_, distance_;
  std::vector<std::int64_t> col_of_, row_of_, came_from_;
};

}  // namespace

Assignment linear_sum_assignment(const torch::Tensor& cost) {
  VIT_ASSERT(cost.dim() == 2, "costs ", cost.sizes());
  const bool turned = cost.size(0) > cost.size(1);
  const torch::Tensor wide =
      (turned ? cost.t() : cost).detach().to(torch::kCPU, torch::kFloat64).contiguous();
  const auto* values = wide.const_data_ptr<double>();
  for (std::int64_t i = 0; i < wide.numel(); ++i) {
    if (std::isfinite(values[i])) continue;
    const std::int64_t first = i / wide.size(1), second = i % wide.size(1);
    throw Error(ErrorKind::numerical, "assignment",
                str("the cost of pair ", turned ? second : first, ", ", turned ? first : second,
                    " is ", values[i]),
                "a model that predicts NaN has diverged: lower optim.lr, or set optim.clip_grad");
  }
  const std::vector<std::int64_t> found = ShortestPaths(values, wide.size(0), wide.size(1)).run();
  Assignment result;
  if (!turned) {
    for (std::size_t row = 0; row < found.size(); ++row) {
      result.rows.push_back(static_cast<std::int64_t>(row));
      result.cols.push_back(found[row]);
    }
    return result;
  }
  std::vector<std::int64_t> taken_by(static_cast<std::size_t>(wide.size(1)), kNone);
  for (std::size_t col = 0; col < found.size(); ++col)
    taken_by[static_cast<std::size_t>(found[col])] = static_cast<std::int64_t>(col);
  for (std::size_t row = 0; row < taken_by.size(); ++row)
    if (taken_by[row] != kNone) {
      result.rows.push_back(static_cast<std::int64_t>(row));
      result.cols.push_back(taken_by[row]);
    }
  return result;
}

}  // namespace vit
