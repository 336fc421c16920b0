#include "vit/augment/mixup_options.h"

#include "vit/core/error.h"

namespace vit {

void describe(FieldVisitor& visitor, MixupOptions& o) {
  visitor.field({"mixup", &o.mixup, "alpha of mixup; 0: off", kNonNegative});
  visitor.field({"cutmix", &o.cutmix, "alpha of cutmix; 0: off", kNonNegative});
  visitor.field({"cutmix_minmax", &o.cutmix_minmax,
                 "least and largest part of a side that is cut, instead of cutmix's alpha",
                 kProbability});
  visitor.field({"mixup_prob", &o.mixup_prob, "probability of mixup or cutmix", kProbability});
  visitor.field({"mixup_switch_prob", &o.mixup_switch_prob,
                 "probability of cutmix where both are on", kProbability});
  visitor.field(
      {"mixup_mode", &o.mixup_mode, "what is mixed by one draw", {}, {"batch", "pair", "elem"}});
  visitor.field({"mixup_off_epoch", &o.mixup_off_epoch, "no mixing from this epoch on; 0: never",
                 kNonNegative});
  if (o.cutmix_minmax &&
      (o.cutmix_minmax->size() != 2 || (*o.cutmix_minmax)[0] > (*o.cutmix_minmax)[1]))
    throw Error(ErrorKind::usage, "augment.cutmix_minmax", "expected [low, high] with low <= high",
                "write for example cutmix_minmax: [0.2, 0.8]");
}

}  // namespace vit
