#pragma once

#include <cstdint>

#include "vit/augment/mixup_options.h"
#include "vit/data/class_labels.h"

namespace vit {

/// Labels of training samples; batches are mixed where the options say so, and have soft targets
/// then, with label smoothing in them. A pure function of (seed, epoch, batch).
class MixingCollator final : public LabelCollator {
 public:
  MixingCollator(const MixupOptions& options, std::int64_t num_classes, double smoothing,
                 std::uint64_t seed)
      : options_(options), num_classes_(num_classes), smoothing_(smoothing), seed_(seed) {}
  void finish(Batch& batch, std::int64_t epoch, std::int64_t number) const override;
  [[nodiscard]] std::string caption(const Annotations& annotations, std::int64_t row,
                                    const std::vector<std::string>& classes) const override;

 private:
  MixupOptions options_;
  std::int64_t num_classes_;
  double smoothing_;
  std::uint64_t seed_;
};

}  // namespace vit
