#include "vit/experiment/recognised_model.h"

#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/home_path.h"
#include "vit/tasks/registry.h"
#include "vit/weights/hub_models.h"

namespace vit {
namespace {

/// Where the values come from, for messages.
const std::string kFromWeights = "init.weights";

const YamlNode* value_of(const YamlDocument& document, std::string_view section,
                         std::string_view key) {
  const YamlEntry* of_section = document.root().find(section);
  if (of_section == nullptr) return nullptr;
  const YamlEntry* entry = of_section->value.find(key);
  return entry == nullptr || entry->value.kind == YamlNode::Kind::null ? nullptr : &entry->value;
}

std::optional<std::int64_t> number_of(const YamlNode& node) {
  std::int64_t number = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, number);
  if (node.kind != YamlNode::Kind::scalar || stop != end || error != std::errc() || number < 1)
    return std::nullopt;
  return number;
}

/// model.img_size as the user gave it; what is wrong with it is the reader's business.
std::optional<Size2> given_size(const YamlDocument& document) {
  const YamlNode* node = value_of(document, "model", "img_size");
  if (node == nullptr) return std::nullopt;
  if (const auto side = number_of(*node)) return Size2{*side, *side};
  if (node->kind != YamlNode::Kind::sequence || node->items.size() != 2) return std::nullopt;
  const auto height = number_of(node->items[0]), width = number_of(node->items[1]);
  return height && width ? std::optional(Size2{*height, *width}) : std::nullopt;
}

void set_if_absent(YamlDocument& document, const std::string& section, const std::string& key,
                   const std::string& value) {
  if (!gives(document, section, key)) document.set(section + "." + key + "=" + value, kFromWeights);
}

std::string list_text(const std::vector<double>& values) {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i) text += (i ? ", " : "") + option_text(values[i]);
  return text + "]";
}

}  // namespace

bool gives(const YamlDocument& document, std::string_view section, std::string_view key) {
  return value_of(document, section, key) != nullptr;
}

WeightsFile open_initial_weights(const std::string& path, const std::string& place) {
  const bool in_a_file = !place.empty() && !place.starts_with("--set ");
  const std::string where = in_a_file ? place + ": init.weights" : "init.weights";
  if (path.empty())
    throw Error(ErrorKind::usage, where, "is empty, and should be the name of a file",
                "write null to start from scratch");
  const std::string expanded = expand_home(path);
  try {
    return open_weights(expanded);
  } catch (const Error& problem) {
    // A file that is not there: what was asked for are weights, and it was asked for here.
    std::error_code error;
    if (problem.kind() != ErrorKind::resource || problem.where() != printable_path(expanded) ||
        std::filesystem::exists(expanded, error))
      throw;
    throw Error(ErrorKind::weights, where,
                vit::str(printable_path(expanded), ": ", problem.problem()),
                find_hub_model(path) == nullptr
                    ? problem.remedy()
                    : "these are pretrained weights of the hub: `vit weights fetch " + path +
                          "` gets them, and tells their path");
  }
}

std::shared_ptr<const RecognisedModel> recognise_model(YamlDocument& document,
                                                       std::optional<Size2> picture) {
  const YamlNode* name = value_of(document, "model", "name");
  const YamlNode* weights = value_of(document, "init", "weights");
  const bool automatic = name != nullptr && name->text == "auto";
  if (automatic && weights == nullptr)
    throw Error(ErrorKind::usage, "model.name: auto", "there are no weights to recognise",
                "set init.weights to a file, or model.name to a name of `vit models`");
  if (weights == nullptr || (name != nullptr && !automatic)) return nullptr;

  auto result = std::make_shared<RecognisedModel>();
  result->file = open_initial_weights(weights->text, weights->place.text());
  const std::optional<Size2> given = given_size(document);
  const std::optional<Size2> size = given ? given : picture;
  std::optional<Recognised> of_the_task;
  if (const YamlNode* task = value_of(document, "task", "name");
      task != nullptr && is_task(task->text))
    of_the_task = create_task(task->text)->recognise(result->file, size);
  result->found = of_the_task ? *std::move(of_the_task) : recognise(result->file, size);
  const Recognised& found = result->found;
  document.set("model.name=" + found.name, kFromWeights);
  for (const auto& [key, value] : found.options) set_if_absent(document, "model", key, value);
  // One number for each channel; another number of channels has the variant's own.
  const YamlNode* channels = value_of(document, "model", "in_chans");
  if (channels == nullptr ||
      (found.mean && number_of(*channels) == static_cast<std::int64_t>(found.mean->size()))) {
    if (found.mean) set_if_absent(document, "data", "mean", list_text(*found.mean));
    if (found.std) set_if_absent(document, "data", "std", list_text(*found.std));
  }
  if (found.interpolation) set_if_absent(document, "data", "interpolation", *found.interpolation);
  if (found.crop_pct) set_if_absent(document, "data", "crop_pct", option_text(*found.crop_pct));
  if (found.crop_mode) set_if_absent(document, "data", "crop_mode", *found.crop_mode);
  if (found.crop_offset) set_if_absent(document, "data", "crop_offset", *found.crop_offset);
  if (found.crop_fill) set_if_absent(document, "data", "crop_fill", list_text(*found.crop_fill));
  if (found.exif_orientation) set_if_absent(document, "data", "exif_orientation", "true");
  return result;
}

}  // namespace vit
