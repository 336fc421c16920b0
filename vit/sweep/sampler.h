#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "vit/core/error.h"
#include "vit/sweep/space.h"

namespace vit {

/// A trial that a sampler may learn from.
struct Observation {
  std::int64_t trial = 0;
  Configuration values;
  double loss = 0;       ///< smaller is better; NaN: it failed
  bool running = false;  ///< its loss is not known yet
};

/// Chooses what a sweep tries. A configuration is a function of the seed, the trial's number and
/// the observations alone, so that it is the same for any number of workers and after a restart.
class Sampler {
 public:
  virtual ~Sampler() = default;
  /// The configuration of trial `trial`, counted from 0. Throws Error (usage) where the constraints
  /// leave next to nothing of the space.
  [[nodiscard]] virtual Configuration sample(std::int64_t trial,
                                             std::span<const Observation> seen) = 0;
  /// Whether `seen` matters.
  [[nodiscard]] virtual bool learns() const { return false; }
  /// How many configurations there are; nothing: as many as one likes.
  [[nodiscard]] virtual std::optional<std::int64_t> size() const { return std::nullopt; }
};

/// All combinations, the last parameter changing fastest; what the constraints forbid, and what
/// differs in a parameter alone that does not count, is left out.
[[nodiscard]] std::unique_ptr<Sampler> grid_sampler(const Space& space);
/// Each value by itself: a function of the seed, the trial and the parameter's name, so that
/// another parameter in the space changes none of the others.
[[nodiscard]] std::unique_ptr<Sampler> random_sampler(const Space& space, std::uint64_t seed);
/// The Sobol sequence (Joe and Kuo 2008) by LibTorch's operators, which have 21,201 dimensions;
/// scrambled by a random lower triangular matrix and a shift, both of our generator. Fills the
/// space evenly, best with a power of two of trials.
[[nodiscard]] std::unique_ptr<Sampler> sobol_sampler(const Space& space, std::uint64_t seed);
/// Tree-structured Parzen estimator (Bergstra et al. 2011, Watanabe 2023) with the defaults of
/// Optuna 5: see tpe.cpp.
[[nodiscard]] std::unique_ptr<Sampler> tpe_sampler(const Space& space, std::uint64_t seed);

/// A random number in [0, 1) of a parameter in a trial; `attempt` counts what constraints refused.
[[nodiscard]] double sweep_uniform(std::uint64_t seed, std::int64_t trial, const std::string& key,
                                   std::uint64_t attempt = 0);
/// The Error (usage) of constraints that no configuration was found for.
[[nodiscard]] Error nothing_allowed(const Space& space);

}  // namespace vit
