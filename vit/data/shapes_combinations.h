#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace vit {

/// Combinations of a shape's kind and its colour, of which some are held out.
class ShapeCombinations {
 public:
  /// Holds out about this share of all combinations, at least one of each kind where `share` is
  /// above 0: as many of each kind and of each colour as of the others, give or take one. Which
  /// ones, `seed` says.
  ShapeCombinations(double share, std::uint64_t seed);

  [[nodiscard]] bool is_held_out(std::size_t kind, std::string_view colour) const;
  [[nodiscard]] std::size_t held_out() const;

 private:
  std::vector<std::vector<bool>> held_out_;  // [kind][colour]; empty: none
};

}  // namespace vit
