#include "vit/tasks/registry.h"

#include <algorithm>

#include "vit/core/error.h"
#include "vit/tasks/caption/config.h"
#include "vit/tasks/classify/config.h"
#include "vit/tasks/contrast/config.h"
#include "vit/tasks/detect/config.h"
#include "vit/tasks/dino/config.h"
#include "vit/tasks/lejepa/config.h"
#include "vit/tasks/linear_probe/config.h"
#include "vit/tasks/mae/config.h"
#include "vit/tasks/segment/config.h"

namespace vit {
namespace {

template <class Config>
std::unique_ptr<TaskConfig> make() {
  return std::make_unique<Config>();
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const TaskEntry& entry : task_entries()) all.emplace_back(entry.name);
  return all;
}

}  // namespace

const std::vector<TaskEntry>& task_entries() {
  // A new task is one folder and one line here.
  static const std::vector<TaskEntry> entries = {
      {"classify", "which class an image is of", make<ClassifyConfig>},
      {"detect", "what is in an image, and where", make<DetectConfig>},
      {"dino", "features of images without labels, by a student of its own average",
       make<DinoConfig>},
      {"lejepa",
       "features of images without labels, alike for views of one image and normal in all",
       make<LejepaConfig>},
      {"linear_probe", "the head of a classifier alone, on features of the frozen model",
       make<LinearProbeConfig>},
      {"mae", "features of images without labels, by completing masked ones", make<MaeConfig>},
      {"caption", "a sentence about each image", make<CaptionConfig>},
      {"contrast", "which text belongs to which image (CLIP, SigLIP, LiT)", make<ContrastConfig>},
      {"segment", "which class each pixel of an image is of", make<SegmentConfig>},
  };
  return entries;
}

bool is_task(std::string_view name) {
  const std::vector<TaskEntry>& entries = task_entries();
  return std::any_of(entries.begin(), entries.end(),
                     [&](const TaskEntry& entry) { return entry.name == name; });
}

std::unique_ptr<TaskConfig> create_task(std::string_view name) {
  for (const TaskEntry& entry : task_entries())
    if (entry.name == name) return entry.make();
  std::string list;
  for (const std::string& known : names()) list += (list.empty() ? "" : ", ") + known;
  const std::string near = nearest(name, names());
  throw Error(ErrorKind::usage, "task.name", str("there is no task `", name, "`"),
              (near.empty() ? "" : "did you mean " + near + "? ") + ("there are: " + list));
}

TaskSpec::TaskSpec() : TaskSpec(*create_task(task_entries().front().name)) {}

TaskSpec::TaskSpec(const TaskConfig& config) : name_(config.name()) {
  config_ = (configs_[name_] = config.clone()).get();
}

TaskSpec& TaskSpec::operator=(const TaskSpec& other) {
  if (this != &other) *this = TaskSpec(*other.config_);
  return *this;
}

void describe(FieldVisitor& visitor, TaskSpec& spec) {
  static const std::string help = [] {
    std::string text = "what is learned";
    for (const TaskEntry& entry : task_entries())
      text += str(text.size() > 16 ? "; " : ": ", entry.name, ": ", entry.about);
    return text;
  }();
  std::vector<std::string_view> choices;
  for (const TaskEntry& entry : task_entries()) choices.push_back(entry.name);
  visitor.field({"name", &spec.name_, help, {}, choices});
  if (spec.name_ != spec.config_->name()) {
    auto& config = spec.configs_[spec.name_];
    if (!config) config = create_task(spec.name_);
    spec.config_ = config.get();
  }
  spec.config_->describe(visitor);
}

}  // namespace vit
