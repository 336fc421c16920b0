#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vit/config/yaml_node.h"
#include "vit/sweep/constraint.h"

namespace vit {

/// One of the values of a choice.
struct Choice {
  std::string label;              ///< as people and tables see it
  std::vector<std::string> sets;  ///< what it means to the experiment: `key=value`
};

/// A parameter counts only where another one, declared before it, has one of these values.
struct Condition {
  std::size_t parameter = 0;
  std::vector<double> values;
};

/// One thing that a sweep varies. Its value is a number: the quantity itself, or the index of a
/// choice.
struct Parameter {
  enum class Kind { real, integer, choice };

  std::string name;
  Kind kind = Kind::real;
  bool log = false;          ///< spread evenly in the logarithm
  double low = 0, high = 1;  ///< both are allowed; of a choice: 0 and the last index
  double step = 1;           ///< of an integer
  std::int64_t points = 0;   ///< on the grid; 0: every value that there is
  std::vector<Choice> choices{};
  std::vector<Condition> when{};
  YamlPlace place{};

  /// How many values there are; 0: a continuum.
  [[nodiscard]] std::int64_t count() const;
  /// Only one value is possible.
  [[nodiscard]] bool single() const { return low == high; }
  /// The value at a place in [0, 1): evenly over the range, its logarithm, or the choices.
  [[nodiscard]] double at(double unit) const;
  /// The values of a grid, in ascending or declared order.
  [[nodiscard]] std::vector<double> grid() const;
  /// As tables show it and constraints compare it.
  [[nodiscard]] std::string text(double value) const;
};

/// A value for each parameter, in their order; nothing where its conditions are not met.
using Configuration = std::vector<std::optional<double>>;

/// Everything that a sweep varies, and what must hold of it.
struct Space {
  std::vector<Parameter> parameters;
  std::vector<Constraint> constraints;

  /// The index of the parameter of this name.
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
  /// Whether the conditions of a parameter are met by the values before it.
  [[nodiscard]] bool active(std::size_t parameter, const Configuration& values) const;
  /// The configuration at a point of the unit cube, one coordinate a parameter. Conditional
  /// parameters use their coordinate up whether they count or not.
  [[nodiscard]] Configuration at(std::span<const double> point) const;
  /// Whether all constraints hold.
  [[nodiscard]] bool allows(const Configuration& values) const;
  /// What a configuration sets in the experiment: `optim.lr=0.001`.
  [[nodiscard]] std::vector<std::string> sets(const Configuration& values) const;
};

}  // namespace vit
