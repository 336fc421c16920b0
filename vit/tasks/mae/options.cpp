#include "vit/tasks/mae/options.h"

namespace vit {

void describe(FieldVisitor& visitor, MaeOptions& o) {
  visitor.field({"method",
                 &o.method,
                 "the encoder sees the kept patches alone and a decoder predicts the others (mae), "
                 "or it sees a token in place of each masked one and a linear layer predicts "
                 "(simmim)",
                 {},
                 {"mae", "simmim"}});
  visitor.field({"mask_ratio", &o.mask_ratio,
                 "part of the patches that is masked; null: 0.75 for mae, 0.6 for simmim",
                 kProbability});
  visitor.field(
      {"mask_size", &o.mask_size, "simmim: pixels a side of what is masked as one", kAtLeastOne});
  visitor.field(
      {"norm_pix_loss", &o.norm_pix_loss, "mae: predict each patch with mean 0 and deviation 1"});
  visitor.section("decoder", "mae: what predicts the pixels",
                  [&](FieldVisitor& inner) { describe(inner, o.decoder); });
  describe(visitor, o.judged);
}

}  // namespace vit
