#include "vit/experiment/unread_options.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "vit/core/error.h"
#include "vit/core/glob.h"
#include "vit/core/str.h"
#include "vit/experiment/config_difference.h"

namespace vit {
namespace {

/// Why the options whose key begins with `key` have no say; "": they have.
struct Condition {
  std::string_view key;
  std::string (*why)(const Experiment&);
};

bool one_of(const std::string& value, std::initializer_list<std::string_view> values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

std::string unless(bool read, const std::string& why) { return read ? std::string() : why; }

std::string unless_sched(const Experiment& e, std::initializer_list<std::string_view> scheds) {
  return unless(one_of(e.schedule.sched, scheds), "schedule.sched is " + e.schedule.sched);
}
std::string unless_opt(const Experiment& e, std::initializer_list<std::string_view> optimizers) {
  return unless(one_of(e.optim.opt, optimizers), "optim.opt is " + e.optim.opt);
}
std::string unless_mixed(const Experiment& e) {
  return unless(e.augment.mixup.on(), "neither augment.mixup nor augment.cutmix is on");
}
std::string unless_erased(const Experiment& e) {
  return unless(e.augment.erasing.reprob > 0, "augment.reprob is 0");
}
std::string unless_averaged(const Experiment& e) {
  return unless(e.train.model_ema.has_value(), "train.model_ema is null");
}
std::string unless_weights(const Experiment& e) {
  return unless(e.init.weights.has_value(), "init.weights is null");
}
std::string unless_adapted(const Experiment& e) {
  return unless(e.lora.rank > 0, "lora.rank is 0");
}
std::string unless_cycles(const Experiment& e) {
  return unless_sched(e, {"cosine", "linear", "poly"});
}

constexpr Condition kConditions[] = {
    {"optim.lr_base_",
     [](const Experiment& e) {
       return unless(e.optim.lr_base.has_value(), "optim.lr_base is null");
     }},
    {"optim.clip_mode",
     [](const Experiment& e) {
       return unless(e.optim.clip_grad.has_value(), "optim.clip_grad is null");
     }},
    {"optim.layer_decay_",
     [](const Experiment& e) { return unless(e.optim.layer_decay < 1, "optim.layer_decay is 1"); }},
    {"optim.trust_coeff", [](const Experiment& e) { return unless_opt(e, {"lars"}); }},
    {"optim.ns_steps",
     [](const Experiment& e) {
       return unless_opt(e, {"muon", "nmuon"});
     }},
    {"schedule.decay_epochs",
     [](const Experiment& e) {
       return unless_sched(e, {"step", "exp", "inv_sqrt", "wsd"});
     }},
    {"schedule.decay_milestones",
     [](const Experiment& e) { return unless_sched(e, {"multistep"}); }},
    {"schedule.decay_rate",
     [](const Experiment& e) {
       return unless_sched(e, {"step", "multistep", "exp", "plateau"});
     }},
    {"schedule.poly_power", [](const Experiment& e) { return unless_sched(e, {"poly"}); }},
    {"schedule.lr_k_decay", unless_cycles},
    {"schedule.lr_cycle_", unless_cycles},
    {"schedule.patience_epochs", [](const Experiment& e) { return unless_sched(e, {"plateau"}); }},
    {"train.model_ema_", unless_averaged},
    {"train.unfreeze_epoch",
     [](const Experiment& e) { return unless(!e.train.freeze.empty(), "train.freeze is empty"); }},
    {"train.max_nan",
     [](const Experiment& e) { return unless(e.train.on_nan != "stop", "train.on_nan is stop"); }},
    {"augment.remode", unless_erased},
    {"augment.recount", unless_erased},
    {"augment.mixup_", unless_mixed},
    {"augment.multi_scale_step",
     [](const Experiment& e) {
       return unless(!e.augment.multi_scale.empty(), "augment.multi_scale is empty");
     }},
    {"augment.multi_crop.global.",
     [](const Experiment& e) {
       return unless(e.augment.multi_crop.enabled, "augment.multi_crop.enabled is false");
     }},
    {"augment.multi_crop.local.",
     [](const Experiment& e) {
       return unless(e.augment.multi_crop.enabled, "augment.multi_crop.enabled is false");
     }},
    {"data.sample_weights",
     [](const Experiment& e) {
       return unless(e.data.sampler.sampler == "weighted",
                     "data.sampler is " + e.data.sampler.sampler);
     }},
    {"init.reset_head", unless_weights},
    {"init.pos_embed_resample", unless_weights},
    {"lora.alpha", unless_adapted},
    {"lora.targets", unless_adapted},
};

/// What the user has set, with the defaults of this model and task.
std::vector<ConfigChange> changes_from_defaults(const Experiment& experiment) {
  Experiment defaults;
  defaults.model = model_spec(experiment.model.name);
  defaults.task = TaskSpec(*create_task(experiment.task.name()));
  return config_changes(defaults, experiment);
}

}  // namespace

std::vector<std::string> unread_options(const Experiment& experiment) {
  std::vector<std::string> lines;
  const auto tell = [&](const ConfigChange& change, const std::string& why) {
    lines.push_back(str(change.key, " is ", change.now, " and has no say: ", why));
  };
  const std::vector<OptionRule> of_task = experiment.task->unread();
  for (const ConfigChange& change : changes_from_defaults(experiment)) {
    for (const Condition& condition : kConditions) {
      if (!change.key.starts_with(condition.key)) continue;
      const std::string why = condition.why(experiment);
      if (!why.empty()) tell(change, why);
      break;
    }
    for (const OptionRule& rule : of_task)
      if (matches_glob("task." + rule.pattern, change.key)) {
        tell(change, rule.why);
        break;
      }
  }
  return lines;
}

void require_honoured(const Experiment& experiment) {
  const std::vector<OptionRule> rules = experiment.task->refused();
  std::string first, list;
  for (const ConfigChange& change : changes_from_defaults(experiment)) {
    if (change.key == "augment.train" && experiment.augment.train.size() == 0) continue;  // it does
    const auto rule = std::find_if(rules.begin(), rules.end(), [&](const OptionRule& candidate) {
      return matches_glob(candidate.pattern, change.key) &&
             (candidate.only_value.empty() || candidate.only_value == change.now);
    });
    if (rule == rules.end()) continue;
    if (first.empty()) first = change.key;
    list += str("\n  ", change.key, ": ", change.now, " (", rule->why, ")");
  }
  if (!list.empty())
    throw Error(
        ErrorKind::usage, first,
        str("the task ", experiment.task.name(), " cannot do what these options ask for:", list),
        str("leave them at their defaults",
            first.starts_with("augment.") ? " (augment.train: [] says the same as the default here)"
                                          : "",
            ", or choose another task.name"));
}

}  // namespace vit
