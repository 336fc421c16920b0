#include "vit/tasks/classify/options.h"

namespace vit {

void describe(FieldVisitor& visitor, ClassifyOptions& o) {
  visitor.field({"smoothing", &o.smoothing, "label smoothing in training", kProbability});
  visitor.field({"loss",
                 &o.loss,
                 "cross entropy; each class by itself (bce); focal; AugMix's consistency (jsd)",
                 {},
                 {"ce", "bce", "focal", "jsd"}});
  visitor.field({"class_weights", &o.class_weights, "ce: one for each class; null: all count alike",
                 kNonNegative});
  visitor.field({"bce_target_thresh", &o.bce_target_thresh,
                 "bce: mixed targets above it become 1, others 0; null: as they are",
                 kProbability});
  visitor.field({"bce_sum", &o.bce_sum, "bce: sum over classes (true) or mean over them (false)"});
  visitor.field({"focal_gamma", &o.focal_gamma, "focal: exponent", kNonNegative});
  visitor.field({"jsd_splits", &o.jsd_splits, "jsd: versions of each picture", {2, 16}});
  visitor.field({"jsd_alpha", &o.jsd_alpha, "jsd: weight of the divergence", kNonNegative});
  visitor.section("distillation", "a teacher beside the labels",
                  [&](FieldVisitor& inner) { describe(inner, o.distillation); });
}

}  // namespace vit
