#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

/// How often a picture of the class of the row was taken for the class of the column.
struct ConfusionMatrix {
  std::vector<std::string> classes;
  std::vector<std::vector<std::int64_t>> counts;  ///< [true][predicted], classes x classes

  [[nodiscard]] std::int64_t total() const;
  [[nodiscard]] std::int64_t row_total(std::size_t row) const;
};

/// Two classes that are taken for each other.
struct Confusion {
  std::size_t truth = 0, predicted = 0;
  std::int64_t count = 0;
  double share = 0;  ///< of the pictures of the true class
};
/// The most frequent mistakes, at most `limit`, the most frequent first.
[[nodiscard]] std::vector<Confusion> most_confused(const ConfusionMatrix& matrix,
                                                   std::size_t limit);

/// The matrix as one SVG element that stands alone: the darker a cell, the larger its share of the
/// row; hits and mistakes in two colours; counts inside where the cells are large enough.
[[nodiscard]] std::string svg(const ConfusionMatrix& matrix);

/// With more classes a cell would be smaller than what an eye can tell apart.
inline constexpr std::size_t kMaxHeatmapClasses = 200;

}  // namespace vit
