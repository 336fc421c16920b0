#pragma once

#include "vit/core/rng.h"
#include "vit/tasks/pretext_batch.h"

namespace vit {

/// The numbers [units] that decide what is masked of a sample in an epoch: a function of these
/// alone. (They are of the stream that mixes batches elsewhere: what is masked is not mixed.)
[[nodiscard]] torch::Tensor mask_noise(std::uint64_t seed, std::int64_t epoch, std::int64_t sample,
                                       std::int64_t units);

/// Draws the masks of training batches.
class MaskNoiseCollator final : public PretextCollator {
 public:
  MaskNoiseCollator(std::uint64_t seed, std::int64_t units) : seed_(seed), units_(units) {}

 private:
  void complete(PretextBatch& known, const Batch& batch) const override;

  std::uint64_t seed_;
  std::int64_t units_;
};

}  // namespace vit
