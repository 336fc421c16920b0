#include "vit/weights/source_config.h"

#include <algorithm>
#include <vector>

#include "vit/io/file.h"
#include "vit/io/json.h"

namespace vit {
namespace {

using Json = nlohmann::json;

constexpr std::uint64_t kMaxConfig = std::uint64_t{16} << 20;

/// The JSON object of a file; none where there is no file, or no object in it.
std::optional<Json> read_object(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
  Json json = parse_json(read_text_file(path, kMaxConfig), path.string(), ErrorKind::weights);
  if (!json.is_object()) return std::nullopt;
  return json;
}

bool has_string(const Json& json, const char* key) {
  return json.contains(key) && json.at(key).is_string();
}

/// transformers has it in a file of its own, or beside a tokenizer in processor_config.json.
void find_preprocessor(const std::filesystem::path& folder, SourceConfig& config) {
  config.preprocessor_path = folder / "preprocessor_config.json";
  if (auto found = read_object(config.preprocessor_path)) {
    config.preprocessor = *std::move(found);
    return;
  }
  config.preprocessor_path = folder / "processor_config.json";
  if (const auto found = read_object(config.preprocessor_path))
    if (found->contains("image_processor") && found->at("image_processor").is_object())
      config.preprocessor = found->at("image_processor");
}

std::optional<SourceConfig> of_transformers_or_timm(const std::filesystem::path& folder) {
  SourceConfig config;
  config.path = folder / "config.json";
  std::optional<Json> found = read_object(config.path);
  if (!found) return std::nullopt;
  config.json = *std::move(found);
  // transformers' wrapper of timm's models names timm's architecture.
  if (has_string(config.json, "architecture")) {
    config.kind = ConfigKind::timm;
    return config;
  }
  if (!config.json.contains("model_type")) return std::nullopt;
  config.model_type = config.json.at("model_type").get<std::string>();
  if (config.json.contains("vision_config") && config.json.at("vision_config").is_object()) {
    Json tower = config.json.at("vision_config");
    config.model_type = has_string(tower, "model_type") ? tower.at("model_type").get<std::string>()
                                                        : config.model_type + "_vision_model";
    // What CLIPConfig lays over vision_config (its files of before have it).
    const Json laid_over = object_of(config.json, "vision_config_dict");
    for (const auto& [key, value] : laid_over.items())
      if (!tower.contains(key) || tower.at(key) != value)
        throw refused(config, "vision_config_dict." + key + ": " + value.dump(),
                      "is not what vision_config says");
    for (const char* of_whole : {"id2label", "architectures"})
      if (config.json.contains(of_whole) && !tower.contains(of_whole))
        tower[of_whole] = config.json.at(of_whole);
    config.json = std::move(tower);
  }
  find_preprocessor(folder, config);
  return config;
}

std::optional<SourceConfig> of_open_clip(const std::filesystem::path& folder) {
  SourceConfig config;
  config.kind = ConfigKind::open_clip;
  config.path = folder / "open_clip_config.json";
  std::optional<Json> found = read_object(config.path);
  if (!found || !found->contains("model_cfg")) return std::nullopt;
  config.json = *std::move(found);
  return config;
}

}  // namespace

std::optional<SourceConfig> find_config(const std::filesystem::path& weights,
                                        const Convention& convention) {
  const std::filesystem::path folder = weights.parent_path();
  try {
    const bool of_clip = &convention == &kOpenAIClip || &convention == &kOpenClipTimm;
    auto first = of_clip ? of_open_clip(folder) : of_transformers_or_timm(folder);
    if (first) return first;
    return of_clip ? of_transformers_or_timm(folder) : std::nullopt;
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::weights, (folder / "config.json").string(), plain_json_message(error),
                "take it away to have the model recognised by the tensors alone");
  }
}

std::vector<std::string> config_labels(const SourceConfig& config) {
  if (config.kind == ConfigKind::transformers)
    return names_of(config.json.value("id2label", Json()));
  const Json beside = object_of(config.json, "pretrained_cfg");
  for (const Json* names : {&config.json, &beside})
    for (const char* key : {"label_names", "labels"})
      if (auto found = names_of(names->value(key, Json())); !found.empty()) return found;
  return {};
}

Error refused(const SourceConfig& config, const std::string& key, const std::string& why) {
  return {
      ErrorKind::weights, config.path.string(), key + " " + why,
      "where another option of `model` says the same, name the model by --model (or model.name) "
      "and set it by --set model.KEY=VALUE; then this file is not read"};
}

Error contradicted(const SourceConfig& config, const std::string& of_config,
                   const std::string& of_tensors) {
  return {
      ErrorKind::weights, config.path.string(),
      "is of another model than the weights beside it: it says " + of_config +
          ", and the tensors " + of_tensors,
      "move the weights to a folder of their own, or name the model by --model (or model.name)"};
}

std::optional<Size2> size_of(const Json& value) {
  if (value.is_number_integer()) return Size2{value.get<std::int64_t>(), value.get<std::int64_t>()};
  if (value.is_array() && value.size() == 2 && value[0].is_number_integer() &&
      value[1].is_number_integer())
    return Size2{value[0].get<std::int64_t>(), value[1].get<std::int64_t>()};
  return std::nullopt;
}

Json object_of(const Json& parent, const char* key) {
  const Json found = parent.is_object() ? parent.value(key, Json::object()) : Json::object();
  return found.is_object() ? found : Json::object();
}

std::vector<std::string> names_of(const Json& value) {
  std::vector<std::string> names;
  if (!value.is_object() && !value.is_array()) return names;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string number = std::to_string(i);
    if (value.is_object() && !value.contains(number)) return {};
    const Json& name = value.is_object() ? value.at(number) : value.at(i);
    if (!name.is_string()) return {};
    names.push_back(name.get<std::string>());
  }
  return names;
}

}  // namespace vit
