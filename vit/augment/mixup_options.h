#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// Mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019) of the samples of a batch, by timm's
/// names and meaning. Off while both alphas are 0 and cutmix_minmax is null.
struct MixupOptions {
  double mixup = 0, cutmix = 0;  ///< alpha of the Beta distribution; 0: off
  /// Least and largest part of each side; replaces the Beta draw.
  std::optional<std::vector<double>> cutmix_minmax;
  double mixup_prob = 1;           ///< of mixing at all, for a batch or an element
  double mixup_switch_prob = 0.5;  ///< of cutmix where both are on
  std::string mixup_mode = "batch";
  std::int64_t mixup_off_epoch = 0;  ///< no mixing from this epoch on; 0: never off

  [[nodiscard]] bool on() const { return mixup > 0 || cutmix > 0 || cutmix_minmax; }
};
void describe(FieldVisitor& visitor, MixupOptions& options);

}  // namespace vit
