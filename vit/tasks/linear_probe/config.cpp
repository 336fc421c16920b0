#include "vit/tasks/linear_probe/config.h"

#include "vit/tasks/linear_probe/task.h"

namespace vit {

std::vector<std::string> LinearProbeConfig::frozen(const Network& network) const {
  std::vector<std::string> patterns{"*"};
  for (const std::string& head : network.heads()) patterns.push_back("!" + head);
  return patterns;
}

std::vector<OptionRule> LinearProbeConfig::refused() const {
  const std::string one_view = "features are computed once, of images as evaluation sees them";
  const std::string body_is_fixed = "all but the head stays as it is";
  std::vector<OptionRule> rules;
  for (const char* pattern : {"augment.*", "data.aug_repeats", "data.decode", "schedule.img_size",
                              "task.distillation.*", "task.jsd_*"})
    rules.push_back({pattern, one_view});
  for (const char* pattern : {"lora.*", "optim.layer_decay*", "schedule.drop_path_*",
                              "train.grad_checkpointing", "train.unfreeze_epoch", "model.*drop*"})
    rules.push_back({pattern, body_is_fixed});
  rules.push_back({"task.loss", one_view, "jsd"});
  rules.push_back({"optim.clip_mode", "agc leaves the head out, and nothing else learns", "agc"});
  return rules;
}

std::unique_ptr<Task> LinearProbeConfig::make(const TaskContext& context) const {
  // To be evaluated or used, the model is a classifier like any other.
  if (context.training == nullptr) return ClassifyConfig::make(context);
  return std::make_unique<LinearProbeTask>(*this, context);
}

}  // namespace vit
