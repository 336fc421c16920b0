#include "vit/train/options.h"

#include <cmath>
#include <sstream>

#include "vit/core/error.h"

namespace vit {

void describe(FieldVisitor& visitor, TrainOptions& o) {
  visitor.field(
      {"amp",
       &o.amp,
       "arithmetic of the forward pass; weights and optimizer stay in fp32; auto: bf16 or "
       "fp16 where the device is fast in it, else fp32",
       {},
       {"fp32", "bf16", "fp16", "auto"}});
  visitor.field(
      {"device", &o.device, "auto, cpu, cuda or cuda:N; auto takes a GPU where there is one"});
  visitor.field({"threads", &o.threads, "of the computation; 0: one for each core", {0, 1024}});
  visitor.field({"deterministic", &o.deterministic,
                 "on a GPU, add in one order, so that a run repeats to the last bit (a CPU always "
                 "does); false: LibTorch chooses, at times a little faster"});
  visitor.field({"grad_accum_steps", &o.grad_accum_steps, "batches whose gradients make one update",
                 kAtLeastOne});
  visitor.field({"grad_checkpointing", &o.grad_checkpointing,
                 "keep a block's input only and compute the block again for its gradient: less "
                 "memory, a third more time"});
  visitor.field({"drop_last", &o.drop_last,
                 "leave out a last batch that is not full, unless it is the only one"});
  visitor.field({"model_ema", &o.model_ema,
                 "decay of a moving average of the weights, which is what is evaluated and "
                 "exported then; null: none",
                 kProbability});
  visitor.field({"model_ema_warmup", &o.model_ema_warmup,
                 "let the decay rise to model_ema as 1 - (1 + updates)^(-2/3)"});
  visitor.field({"model_ema_end", &o.model_ema_end,
                 "decay at the end, by a cosine from model_ema; null: constant", kProbability});
  visitor.field({"model_ema_force_cpu", &o.model_ema_force_cpu,
                 "keep the average in the processor's memory"});
  visitor.field({"freeze", &o.freeze,
                 "modules or parameters that do not learn, by name; may hold * and ?; an entry "
                 "`!NAME` takes out of what the ones before it named"});
  visitor.field({"unfreeze_epoch", &o.unfreeze_epoch,
                 "after this many epochs all learn; null: never", kAtLeastOne});
  visitor.field({"early_stopping", &o.early_stopping,
                 "stop after this many epochs without a better metric; null: never", kAtLeastOne});
  visitor.field({"on_nan",
                 &o.on_nan,
                 "loss or gradient is NaN or infinite: stop; skip the update; or rollback to the "
                 "last checkpoint's weights and go on behind the batch",
                 {},
                 {"stop", "skip", "rollback"}});
  visitor.field({"max_nan", &o.max_nan, "skip, rollback: how often before the run stops after all",
                 kNonNegative});
  visitor.field({"loss_spike", &o.loss_spike,
                 "report a loss this many standard deviations above the recent ones; 0: never",
                 kNonNegative});
  visitor.field({"checkpoint_every", &o.checkpoint_every,
                 "`1 epoch`, `500 updates`, `10 minutes`; the end of the run has one always"});
  visitor.field({"keep_checkpoints", &o.keep_checkpoints,
                 "checkpoints that are kept beside last and best, the newest", kNonNegative});
  visitor.field({"background_checkpoints", &o.background_checkpoints,
                 "write while training goes on; needs memory for a copy of weights and optimizer"});
}

CheckpointInterval parse_interval(const std::string& text) {
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  double count = 0;
  std::string unit, rest;
  in >> count >> unit >> rest;
  if (unit.size() > 1 && unit.back() == 's') unit.pop_back();
  const bool number = count > 0 && rest.empty() && std::isfinite(count);
  const bool whole = number && count == std::floor(count) && count < 1e15;
  if (whole && (unit.empty() || unit == "epoch"))
    return {.epochs = static_cast<std::int64_t>(count)};
  if (whole && (unit == "update" || unit == "step"))
    return {.updates = static_cast<std::int64_t>(count)};
  if (number && unit == "minute") return {.seconds = 60 * count};
  if (number && unit == "second") return {.seconds = count};
  throw Error(ErrorKind::usage, "train.checkpoint_every", str("`", text, "` is no interval"),
              "write `1 epoch`, `500 updates` or `10 minutes`");
}

}  // namespace vit
