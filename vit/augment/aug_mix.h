#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vit/augment/leveled_op.h"
#include "vit/augment/op.h"

namespace vit {

/// AugMix (Hendrycks et al. 2020) as timm does it: `width` chains of one to three operations, mixed
/// by a Dirichlet draw, and the mix with the picture by a Beta draw. `blended` weighs the same, but
/// rounds after each chain. For classification: boxes and
/// masks stay, as a mix has no geometry.
class AugMix final : public AugmentOp {
 public:
  void apply(Sample& sample, Rng& rng) const override;
  void describe(FieldVisitor& visitor) override;
  [[nodiscard]] std::string_view name() const override { return "aug_mix"; }
  [[nodiscard]] std::unique_ptr<AugmentOp> clone() const override {
    return std::make_unique<AugMix>(*this);
  }
  void adapt(const InputSpec& input) override;

  double m = 3;
  std::int64_t width = 3;
  std::int64_t depth = -1;  ///< -1: drawn from 1 to 3
  double alpha = 1;
  double mstd = 1000;    ///< above 100: uniform
  bool blended = false;  ///< timm's quicker way: chains are blended into the picture one by one
  std::optional<std::string> interpolation;

 private:
  [[nodiscard]] Image chain_of(const Image& image, Rng& rng) const;
  StepOptions step_;
};

/// What share each blend in a row must have, so that all together weigh as one mix: chain i by
/// weights[i] * share, and the picture by 1 - share; the weights add up to 1.
[[nodiscard]] std::vector<double> blend_shares(std::vector<double> weights, double share);

}  // namespace vit
