#include "vit/train/options.h"

namespace vit {

void describe(FieldVisitor& visitor, TrainOptions& o) {
  visitor.field({"amp",
                 &o.amp,
                 "arithmetic of the forward pass; weights and optimizer stay in fp32",
                 {},
                 {"fp32", "bf16"}});
  visitor.field(
      {"device", &o.device, "auto, cpu, cuda or cuda:N; auto takes a GPU where there is one"});
  visitor.field({"threads", &o.threads, "of the computation; 0: one for each core", {0, 1024}});
  visitor.field({"grad_accum_steps", &o.grad_accum_steps, "batches whose gradients make one update",
                 kAtLeastOne});
  visitor.field({"checkpoint_every", &o.checkpoint_every,
                 "epochs between two checkpoints; the last epoch has one always", kAtLeastOne});
}

}  // namespace vit
