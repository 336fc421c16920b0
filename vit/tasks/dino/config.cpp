#include "vit/tasks/dino/config.h"

#include "vit/tasks/dino/task.h"
#include "vit/tasks/dino/weights.h"

namespace vit {

bool DinoConfig::owns(const std::filesystem::path& weights) const {
  return is_dino_checkpoint(weights);
}

void DinoConfig::take_from(const std::filesystem::path& weights, ModelSpec& /*spec*/) {
  take_head_from(weights, options.head);
}

std::vector<OptionRule> DinoConfig::refused() const {
  std::vector<OptionRule> rules = ViewsConfig::refused();
  rules.push_back({"train.model_ema",
                   "the teacher is the average of the weights already, and it "
                   "is what is evaluated, exported and fine-tuned"});
  rules.push_back({"lora.*", "the teacher averages whole weights"});
  return rules;
}

std::vector<OptionRule> DinoConfig::unread() const {
  std::vector<OptionRule> rules;
  if (options.centering != "centering")
    rules.push_back({"center_momentum", "task.centering is " + options.centering});
  if (options.ibot_weight == 0) rules.push_back({"ibot.*", "task.ibot_weight is 0"});
  if (options.warmup_teacher_temp_epochs == 0)
    rules.push_back({"warmup_teacher_temp", "task.warmup_teacher_temp_epochs is 0"});
  return rules;
}

std::unique_ptr<Task> DinoConfig::make(const TaskContext& context) const {
  return std::make_unique<DinoTask>(*this, context);
}

}  // namespace vit
