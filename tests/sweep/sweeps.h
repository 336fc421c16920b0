#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "vit/config/yaml_document.h"
#include "vit/config/yaml_problem.h"
#include "vit/config/yaml_scalar.h"
#include "vit/sweep/sweep_file.h"

namespace vit::test {

/// A space from its YAML.
inline Space space(const std::string& yaml) {
  std::vector<YamlProblem> problems;
  Space result = read_space(YamlDocument::parse(yaml, "space").root(), problems);
  throw_problems(problems);
  return result;
}

/// Five parameters, one of each kind.
inline Space every_kind() {
  return space(
      "lr: {log: [1e-4, 1e-1]}\n"
      "drop: {float: [0, 0.5]}\n"
      "depth: {int: [2, 12]}\n"
      "dim: {log_int: [16, 256]}\n"
      "opt: {choice: [adamw, sgd, lion]}\n");
}

/// Values of every_kind() by a simple rule, which reference numbers were computed with.
inline std::vector<double> observation(int i) {
  const auto fraction = [](double x) { return x - static_cast<double>(static_cast<int>(x)); };
  return {1e-4 * std::pow(10.0, 3 * fraction(i * 0.37)), 0.5 * fraction(i * 0.61),
          2.0 + (i * 5) % 11, 16.0 + (i * 53) % 241, static_cast<double>((i * 2) % 3)};
}

}  // namespace vit::test
