#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vit/core/fields.h"
#include "vit/tasks/task_config.h"

namespace vit {

/// The task of an experiment by name, with its own options; reading the name chooses which options
/// there are.
class TaskSpec {
 public:
  TaskSpec();
  explicit TaskSpec(const TaskConfig& config);
  TaskSpec(const TaskSpec& other) : TaskSpec(*other.config_) {}
  TaskSpec& operator=(const TaskSpec& other);
  TaskSpec(TaskSpec&&) noexcept = default;
  TaskSpec& operator=(TaskSpec&&) noexcept = default;
  ~TaskSpec() = default;

  [[nodiscard]] const TaskConfig& operator*() const { return *config_; }
  [[nodiscard]] const TaskConfig* operator->() const { return config_; }
  [[nodiscard]] TaskConfig& config() { return *config_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  friend void describe(FieldVisitor& visitor, TaskSpec& spec);
  std::string name_;
  // Also those that were chosen before: whoever described them may still point into them.
  std::map<std::string, std::unique_ptr<TaskConfig>, std::less<>> configs_;
  TaskConfig* config_ = nullptr;
};
void describe(FieldVisitor& visitor, TaskSpec& spec);

/// The task of this name with its default options. Throws Error (usage), with the nearest known
/// name, where there is none.
[[nodiscard]] std::unique_ptr<TaskConfig> create_task(std::string_view name);

/// Whether there is a task of this name.
[[nodiscard]] bool is_task(std::string_view name);

struct TaskEntry {
  std::string_view name, about;
  std::unique_ptr<TaskConfig> (*make)();
};
/// The tasks that `task.name` knows.
[[nodiscard]] const std::vector<TaskEntry>& task_entries();

}  // namespace vit
