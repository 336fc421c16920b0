#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "vit/sweep/space.h"

namespace vit {

/// A density over some parameters of a space: a mixture with a kernel at each observation, which is
/// a product over the parameters, and a wide one over everything (the prior). As Optuna 5 has it:
/// truncated normal distributions, in the logarithm of a logarithmic range; integers have the share
/// of their unit interval; of choices the observed one is likelier.
class ParzenEstimator {
 public:
  /// One of its kernels, in one parameter.
  struct Normal {
    double mean = 0, sigma = 1;
  };

  /// `observations`: the values of those parameters in each trial that counts, in the order of the
  /// trials.
  ParzenEstimator(const Space& space, std::span<const std::size_t> parameters,
                  const std::vector<std::vector<double>>& observations);

  /// The logarithm of the density at these values.
  [[nodiscard]] double log_density(std::span<const double> values) const;
  /// Values drawn from it by random numbers in [0, 1): one that chooses the kernel, then one for
  /// each parameter.
  [[nodiscard]] std::vector<double> draw(std::span<const double> uniforms) const;

 private:
  struct Dimension {
    const Parameter* parameter = nullptr;
    double low = 0, high = 1;                   ///< of the kernels, in their scale
    std::vector<Normal> kernels{};              ///< of a number
    std::vector<std::vector<double>> shares{};  ///< of a choice: [kernel][choice]
  };

  [[nodiscard]] static Dimension number_dimension(const Parameter& parameter,
                                                  const std::vector<double>& values);
  [[nodiscard]] static Dimension choice_dimension(const Parameter& parameter,
                                                  const std::vector<double>& values);
  [[nodiscard]] static double log_density(const Dimension& dimension, std::size_t kernel,
                                          double value);

  std::vector<double> weights_;  ///< of the kernels, the prior's last; they sum to 1
  std::vector<Dimension> dimensions_;
};

/// log of what a standard normal distribution has between a and b.
[[nodiscard]] double log_normal_mass(double a, double b);
/// The x below which a normal distribution that is cut to [a, b] has the share `u`.
[[nodiscard]] double truncated_normal_quantile(double u, double a, double b);

}  // namespace vit
