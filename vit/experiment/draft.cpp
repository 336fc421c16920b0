#include "vit/experiment/draft.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <variant>

#include "vit/config/yaml_parser.h"
#include "vit/config/yaml_scalar.h"
#include "vit/config/yaml_writer.h"
#include "vit/core/error.h"
#include "vit/experiment/experiment_data.h"

namespace vit {
namespace {

/// The options of a data set, in their order, with their values as YAML.
class Options final : public FieldVisitor {
 public:
  explicit Options(DataSpec spec) { describe(*this, spec); }
  void field(const Field& field) override {
    values.emplace_back(std::string(field.name), yaml_value(field));
  }
  void section(std::string_view, std::string_view,
               const std::function<void(FieldVisitor&)>& body) override {
    body(*this);
  }

  std::vector<std::pair<std::string, std::string>> values;
};

/// `{name: folder, root: photos, batch_size: 64}`, with what is not the default.
std::string data_text(const DataLayout& layout, std::int64_t batch_size) {
  const auto defaults = Options(default_data(layout.spec.name)).values;
  std::vector<std::string> parts;
  for (const auto& [key, value] : Options(layout.spec).values) {
    const bool is_default =
        std::find(defaults.begin(), defaults.end(), std::pair(key, value)) != defaults.end();
    if (key == "name" || key == "root" || !is_default) parts.push_back(key + ": " + value);
  }
  if (!layout.has_val) parts.emplace_back("val_split: 0.2");
  parts.push_back(str("batch_size: ", batch_size));
  constexpr std::size_t kLine = 96;
  std::string text = "{";
  std::size_t begin = 0;
  for (const std::string& part : parts) {
    if (text.size() > 1) text += ",";
    if (text.size() - begin + part.size() > kLine) {
      text += "\n      ";
      begin = text.size();
    }
    text += (text.size() > 1 ? " " : "") + part;
  }
  return text + "}";
}

std::int64_t to_multiple(double value, std::int64_t of) {
  return std::max<std::int64_t>(std::llround(value / static_cast<double>(of)), 1) * of;
}

/// What stands in the gaps.
std::map<std::string, std::string, std::less<>> gaps(const DataLayout& layout,
                                                     const DraftRequest& request, bool whole) {
  const double height = static_cast<double>(std::max<std::int64_t>(request.image_size.height, 1)),
               width = static_cast<double>(std::max<std::int64_t>(request.image_size.width, 1));
  const double longer = std::max(height, width), shorter = std::min(height, width);
  // From scratch patches are small where images are, so that there are some 60 to 150 of them.
  const std::int64_t side = shorter <= 40 ? 32 : shorter <= 80 ? 64 : 96;
  const std::int64_t patch = whole ? (longer <= 160 ? 8 : 16) : side == 32 ? 4 : 8;
  const double scale = std::min(1.0, 384 / longer);
  const Size2 size{to_multiple(height * scale, patch), to_multiple(width * scale, patch)};
  // 112 is a multiple of the patches of 14 and 16 pixels that pretrained models have.
  constexpr std::int64_t kPretrained = 112;
  const double to_448 = std::min(1.0, 448 / longer);
  const Size2 pretrained{to_multiple(height * to_448, kPretrained),
                         to_multiple(width * to_448, kPretrained)};
  const double images = static_cast<double>(std::max<std::int64_t>(request.training_images, 1));
  // So many images are seen in some minutes to half an hour of two cores.
  const auto epochs = [&](double seen, std::int64_t least, std::int64_t most) {
    return std::clamp<std::int64_t>(std::llround(seen / images), least, most);
  };
  const auto warmup = [](std::int64_t passes) {
    return yaml_text(std::max(std::round(static_cast<double>(passes) / 2) / 10, 0.1));
  };
  std::int64_t batch = whole && longer > 160 ? 8 : 64;
  if (whole && longer <= 160) batch = 32;
  while (batch > 1 && static_cast<double>(batch) * 4 > images) batch /= 2;
  const auto sides = [](Size2 of) {
    return of.height == of.width ? str(of.height) : str("[", of.height, ", ", of.width, "]");
  };
  const std::int64_t many = epochs(side == 32 ? 300'000 : 60'000, 4, 100),
                     few = epochs(15'000, 4, 60);
  return {{"data", data_text(layout, batch)},
          {"side", str(side)},
          {"patch", str(patch)},
          {"size", sides(size)},
          {"weights", request.weights.empty() ? "null" : yaml_text(request.weights)},
          {"weights_side", shorter <= 80 ? "112" : "224"},
          {"weights_size", sides(pretrained)},
          {"epochs", str(many)},
          {"warmup", warmup(many)},
          {"few_epochs", str(few)},
          {"few_warmup", warmup(few)},
          {"weights_epochs", str(epochs(20'000, 1, 20))}};
}

std::string filled(std::string_view start, bool scratch,
                   const std::map<std::string, std::string, std::less<>>& values) {
  std::string text;
  for (std::size_t begin = 0; begin < start.size();) {
    const std::size_t end = std::min(start.find('\n', begin), start.size());
    std::string line(start.substr(begin, end - begin));
    begin = end + 1;
    bool left_out = false;
    for (const auto& [mark, wanted] : {std::pair(" #scratch", scratch), {" #weights", !scratch}}) {
      if (!line.ends_with(mark)) continue;
      left_out = !wanted;
      line.erase(line.size() - std::string_view(mark).size());
    }
    if (left_out) continue;
    line.erase(line.find_last_not_of(' ') + 1);
    for (std::size_t at = line.find('$'); at != std::string::npos; at = line.find('$', at)) {
      const std::size_t stop =
          std::min(line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at + 1), line.size());
      const auto value = values.find(std::string_view(line).substr(at + 1, stop - at - 1));
      VIT_ASSERT(value != values.end(), line);
      line.replace(at, stop - at, value->second);
      at += value->second.size();
    }
    text += line + "\n";
  }
  return text;
}

/// `task.name` of a start.
std::string task_of_start(const Recipe& start) {
  std::vector<YamlProblem> problems;
  const YamlNode root =
      parse_yaml(filled(start.yaml, true, gaps({}, {}, false)), std::string(start.name), problems);
  return root.find("task")->value.find("name")->value.text;
}

/// Masks are drawn where the data can and the task needs them.
void give_masks(DataSpec& spec, const SampleParts& needs) {
  if (!needs.has(SamplePart::mask)) return;
  if (auto* coco = std::get_if<CocoOptions>(&spec.options)) coco->masks = true;
  if (auto* voc = std::get_if<VocOptions>(&spec.options)) voc->masks = true;
}

}  // namespace

Draft draft_experiment(const DataLayout& found, const DraftRequest& request) {
  const Recipe* chosen = nullptr;
  std::string known;
  for (const Recipe& start : starts()) {
    const std::string name = task_of_start(start);
    const SampleParts needs = create_task(name)->needs();
    known += (known.empty() ? "" : ", ") + name;
    const bool fits = needs.has_all(found.samples) && found.samples.has_all(needs);
    if (chosen == nullptr && (request.task.empty() ? fits : request.task == name)) chosen = &start;
  }
  if (chosen == nullptr && !request.task.empty()) (void)create_task(request.task);
  if (chosen == nullptr)
    throw Error(ErrorKind::usage, "--task",
                request.task.empty() ? "no task is known for such data"
                                     : "there is no start for " + request.task,
                "there are starts for " + known);
  DataLayout layout = found;
  const TaskSpec task(*create_task(task_of_start(*chosen)));
  give_masks(layout.spec, task->needs());
  require_data_for(task, layout.spec);
  // Boxes and masks are of places in the image, whose sides are kept.
  const bool whole = task->needs().has(SamplePart::boxes) || task->needs().has(SamplePart::mask);
  Draft draft{task.name(), chosen->about(), {}};
  draft.yaml = filled(chosen->yaml, request.weights.empty(), gaps(layout, request, whole));
  while (draft.yaml.starts_with('#')) draft.yaml.erase(0, draft.yaml.find('\n') + 1);
  return draft;
}

}  // namespace vit
