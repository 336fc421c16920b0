#include "vit/optim/options.h"

#include <cmath>

namespace vit {

void describe(FieldVisitor& visitor, GroupOverride& o) {
  visitor.field({"match", &o.match, "parameters of this name; may hold * and ?"});
  visitor.field(
      {"lr_scale", &o.lr_scale, "factor of their learning rate, beside layer_decay", kNonNegative});
  visitor.field({"weight_decay", &o.weight_decay, "of these; null: the general rule"});
}

void describe(FieldVisitor& visitor, OptimOptions& o) {
  visitor.field({"opt",
                 &o.opt,
                 "optimizer",
                 {},
                 {"adamw", "adam", "sgd", "momentum", "lamb", "lion", "lars", "adafactorbv", "muon",
                  "nmuon"}});
  visitor.field({"lr", &o.lr, "base learning rate", kNonNegative});
  visitor.field({"lr_base", &o.lr_base,
                 "learning rate of a batch of lr_base_size, scaled to the run's; replaces lr",
                 kNonNegative});
  visitor.field({"lr_base_size", &o.lr_base_size, "batch that lr_base is for", kAtLeastOne});
  visitor.field({"lr_base_scale",
                 &o.lr_base_scale,
                 "how lr_base grows with the batch; \"\": sqrt for Adam and its kin, else linear",
                 {},
                 {"", "linear", "sqrt"}});
  visitor.field({"weight_decay", &o.weight_decay, "of matrices; biases, norms and tokens have none",
                 kNonNegative});
  visitor.field({"betas", &o.betas,
                 "decay rates of the two moments; null: 0.9 and 0.999 (Lion: 0.9 and 0.99)",
                 kProbability});
  visitor.field({"eps", &o.eps, "added to the root of the second moment; null: the optimizer's own",
                 kNonNegative});
  visitor.field({"momentum", &o.momentum, "of SGD, LARS, Adafactor and Muon", kProbability});
  visitor.field(
      {"clip_grad", &o.clip_grad, "limit of the gradients; null: no clipping", kPositive});
  visitor.field(
      {"clip_mode",
       &o.clip_mode,
       "what is limited: the norm of all together, each parameter's own (DINO), each value, "
       "or each unit's norm by its weights' (agc)",
       {},
       {"norm", "parameter", "value", "agc"}});
  visitor.field({"layer_decay",
                 &o.layer_decay,
                 "factor of the learning rate from a layer to the one before it",
                 {std::numeric_limits<double>::min(), 1}});
  visitor.field({"layer_decay_min_scale", &o.layer_decay_min_scale,
                 "least factor that layer_decay gives", kProbability});
  visitor.field({"layer_decay_style",
                 &o.layer_decay_style,
                 "where the last norm belongs: to the last block (timm) or to the head (mae)",
                 {},
                 {"timm", "mae"}});
  visitor.field({"no_weight_decay", &o.no_weight_decay,
                 "more parameters without weight decay; names may hold * and ?"});
  visitor.field({"groups", &o.groups, "what single parameters have instead; later entries win"});
  visitor.field({"trust_coeff", &o.trust_coeff, "LARS: trust coefficient", kPositive});
  visitor.field({"ns_steps", &o.ns_steps, "Muon: Newton-Schulz steps", {1, 20}});
  visitor.field({"sam_rho", &o.sam_rho,
                 "radius of sharpness-aware minimisation; 0: none. A step then costs two",
                 kNonNegative});
}

double base_learning_rate(const OptimOptions& options, std::int64_t samples) {
  if (!options.lr_base) return options.lr;
  const double ratio = static_cast<double>(samples) / static_cast<double>(options.lr_base_size);
  const bool adaptive = options.opt.find("ada") != std::string::npos || options.opt == "lamb";
  const bool root = options.lr_base_scale.empty() ? adaptive : options.lr_base_scale == "sqrt";
  return *options.lr_base * (root ? std::sqrt(ratio) : ratio);
}

void describe(FieldVisitor& visitor, SizeStage& o) {
  visitor.field({"epoch", &o.epoch, "from this epoch on, counted from 0", kNonNegative});
  visitor.field({"img_size", &o.img_size, "pixels, one number or [height, width]", kAtLeastOne});
}

void describe(FieldVisitor& visitor, ScheduleOptions& o) {
  visitor.field({"sched",
                 &o.sched,
                 "shape of the learning rate",
                 {},
                 {"cosine", "linear", "poly", "step", "multistep", "exp", "inv_sqrt", "wsd",
                  "onecycle", "plateau", "constant"}});
  visitor.field({"epochs", &o.epochs, "passes over the training data", kAtLeastOne});
  visitor.field({"sched_on_updates", &o.sched_on_updates,
                 "true: a new learning rate each update; false: each epoch"});
  visitor.field({"warmup_epochs", &o.warmup_epochs,
                 "epochs of linear warm-up; fractions are allowed", kNonNegative});
  visitor.field(
      {"warmup_lr", &o.warmup_lr, "learning rate at the start of the warm-up", kNonNegative});
  visitor.field({"min_lr", &o.min_lr, "learning rate at the end", kNonNegative});
  visitor.field({"warmup_prefix", &o.warmup_prefix,
                 "true: the curve starts after the warm-up; false: it runs beneath it"});
  visitor.field({"cooldown_epochs", &o.cooldown_epochs,
                 "of `epochs`, the last ones that stay at min_lr", kNonNegative});
  visitor.field({"decay_epochs", &o.decay_epochs,
                 "step, exp: epochs for one decay_rate (null: 30); inv_sqrt: time scale (null: the "
                 "warm-up); wsd: length of the last decay (null: a fifth of the run)",
                 kPositive});
  visitor.field({"decay_milestones", &o.decay_milestones,
                 "multistep: epochs of which each brings one decay_rate", kAtLeastOne});
  visitor.field({"decay_rate", &o.decay_rate,
                 "step, multistep, exp, plateau: factor of the learning rate", kPositive});
  visitor.field({"poly_power", &o.poly_power, "poly: exponent", kPositive});
  visitor.field({"lr_k_decay", &o.lr_k_decay,
                 "cosine, linear, poly: exponent of the time (Zhang and Li 2020)", kPositive});
  visitor.field({"lr_cycle_limit", &o.lr_cycle_limit, "cosine, linear, poly: cycles", kAtLeastOne});
  visitor.field(
      {"lr_cycle_mul", &o.lr_cycle_mul, "length of a cycle by the one before", kPositive});
  visitor.field({"lr_cycle_decay", &o.lr_cycle_decay, "learning rate of a cycle by the one before",
                 kPositive});
  visitor.field({"lr_cycle_epochs", &o.lr_cycle_epochs,
                 "length of the first cycle; null: so that all fit the run", kPositive});
  visitor.field({"patience_epochs", &o.patience_epochs,
                 "plateau: epochs without a better metric before a decay", kNonNegative});
  visitor.field({"weight_decay_end", &o.weight_decay_end,
                 "weight decay at the end, by a cosine (DINO); null: constant", kNonNegative});
  visitor.field({"momentum_end", &o.momentum_end,
                 "momentum at the end, by a cosine; null: constant", kProbability});
  visitor.field({"drop_path_start", &o.drop_path_start,
                 "factor of model.drop_path_rate at the start, changing linearly", kProbability});
  visitor.field({"drop_path_end", &o.drop_path_end, "the same factor at the end", kProbability});
  visitor.field({"img_size", &o.img_size,
                 "sizes of the training pictures by epoch; before the first entry, and in "
                 "evaluation, model.img_size. Needs model.dynamic_img_size"});
}

}  // namespace vit
