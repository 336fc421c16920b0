#include "vit/optim/options.h"

namespace vit {

void describe(FieldVisitor& visitor, OptimOptions& o) {
  visitor.field({"opt", &o.opt, "optimizer", {}, {"adamw", "sgd"}});
  visitor.field({"lr", &o.lr, "base learning rate", kNonNegative});
  visitor.field({"weight_decay", &o.weight_decay, "of matrices; biases, norms and tokens have none",
                 kNonNegative});
  visitor.field({"betas", &o.betas, "AdamW: decay rates of the two moments", kProbability});
  visitor.field({"eps", &o.eps, "AdamW: added to the root of the second moment", kNonNegative});
  visitor.field({"momentum", &o.momentum, "SGD: Nesterov momentum", kProbability});
  visitor.field({"clip_grad", &o.clip_grad,
                 "largest norm of all gradients together; null: no clipping", kPositive});
}

void describe(FieldVisitor& visitor, ScheduleOptions& o) {
  visitor.field({"sched", &o.sched, "shape of the learning rate", {}, {"cosine", "constant"}});
  visitor.field({"epochs", &o.epochs, "passes over the training data", kAtLeastOne});
  visitor.field({"warmup_epochs", &o.warmup_epochs,
                 "epochs of linear warm-up; fractions are allowed", kNonNegative});
  visitor.field(
      {"warmup_lr", &o.warmup_lr, "learning rate at the start of the warm-up", kNonNegative});
  visitor.field({"min_lr", &o.min_lr, "learning rate at the end", kNonNegative});
  visitor.field({"warmup_prefix", &o.warmup_prefix,
                 "true: the cosine starts after the warm-up; false: it runs beneath it"});
}

}  // namespace vit
