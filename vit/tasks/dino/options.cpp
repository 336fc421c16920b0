#include "vit/tasks/dino/options.h"

namespace vit {

void describe(FieldVisitor& visitor, DinoOptions& o) {
  visitor.section("head", "the projection head of student and teacher",
                  [&](FieldVisitor& inner) { describe(inner, o.head); });
  visitor.field({"centering",
                 &o.centering,
                 "what keeps one prototype from taking everything: a running centre (centering), "
                 "equal shares of the batch (sinkhorn_knopp), or nothing, which collapses (none)",
                 {},
                 {"centering", "sinkhorn_knopp", "none"}});
  visitor.field({"center_momentum", &o.center_momentum, "of the running centre", kProbability});
  visitor.field({"student_temp", &o.student_temp, "temperature of the student", kPositive});
  visitor.field({"warmup_teacher_temp", &o.warmup_teacher_temp,
                 "temperature of the teacher in the first epoch", kPositive});
  visitor.field(
      {"teacher_temp", &o.teacher_temp, "temperature of the teacher after its warm-up", kPositive});
  visitor.field({"warmup_teacher_temp_epochs", &o.warmup_teacher_temp_epochs,
                 "epochs of that warm-up", kNonNegative});
  visitor.field({"momentum_teacher", &o.momentum_teacher,
                 "part of the teacher that stays in the first update; 0.9995 for batches of 256",
                 kProbability});
  visitor.field({"momentum_teacher_end", &o.momentum_teacher_end,
                 "the same towards the last one, by a cosine", kProbability});
  visitor.field({"freeze_last_layer", &o.freeze_last_layer,
                 "epochs in which the prototypes do not learn", kNonNegative});
  visitor.field({"koleo_weight", &o.koleo_weight, "of KoLeo on the student's features; DINOv2: 0.1",
                 kNonNegative});
  visitor.field({"ibot_weight", &o.ibot_weight,
                 "of the loss of masked patches (iBOT); 0: none are masked; DINOv2: 1",
                 kNonNegative});
  visitor.section("ibot", "which patches are masked",
                  [&](FieldVisitor& inner) { describe(inner, o.ibot); });
  describe(visitor, o.judged);
}

double teacher_temperature(const DinoOptions& o, std::int64_t epoch) {
  const std::int64_t warm = o.warmup_teacher_temp_epochs;
  if (epoch >= warm) return o.teacher_temp;
  if (warm == 1) return o.warmup_teacher_temp;
  return o.warmup_teacher_temp + (o.teacher_temp - o.warmup_teacher_temp) *
                                     static_cast<double>(epoch) / static_cast<double>(warm - 1);
}

}  // namespace vit
