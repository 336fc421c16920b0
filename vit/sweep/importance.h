#pragma once

#include <vector>

#include "vit/sweep/space.h"

namespace vit {

/// A trial with its result.
struct ScoredTrial {
  Configuration values;
  double loss = 0;  ///< finite; smaller is better
};

/// How much each parameter matters for being among the best tenth of the trials: PED-ANOVA
/// (Watanabe et al. 2023), for conditional parameters too (Kaito et al. 2026), with the defaults
/// and estimators of Optuna 5. A divergence of densities on a grid of at most 50 places, in the
/// order of the parameters; only their ratios tell something. All 0 with fewer than 2 trials.
[[nodiscard]] std::vector<double> importance(const Space& space,
                                             const std::vector<ScoredTrial>& trials);

}  // namespace vit
