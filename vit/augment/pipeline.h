#pragma once

#include <cstdint>

#include "vit/augment/preprocess.h"
#include "vit/augment/registry.h"
#include "vit/image/sample.h"

namespace vit {

/// From a decoded sample to the numbers a model is given. What `apply` does to sample `index` in
/// `epoch` is a pure function of (seed, epoch, index): the same on any number of threads.
class Pipeline {
 public:
  /// For training: the operations of `train` in their order, then normalisation.
  static Pipeline training(const Preprocessing& preprocessing, const AugmentList& train,
                           std::uint64_t seed);
  /// For evaluation: timm's transform, no randomness.
  static Pipeline evaluation(const Preprocessing& preprocessing);

  /// `out` holds in_chans * height * width floats. Throws Error (usage) where the operations leave
  /// a picture of another size than the model's.
  void apply(Sample& sample, std::int64_t epoch, std::int64_t index, float* out) const;
  [[nodiscard]] const Preprocessing& preprocessing() const { return preprocessing_; }

 private:
  Pipeline(const Preprocessing& preprocessing, bool training, AugmentList ops, std::uint64_t seed);

  Preprocessing preprocessing_;
  bool training_;
  AugmentList ops_;
  std::uint64_t seed_;
};

}  // namespace vit
