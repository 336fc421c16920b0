#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/fields.h"
#include "vit/weights/naming/convention.h"

namespace vit {

/// The library that a description beside weights is of.
enum class ConfigKind {
  transformers,  ///< config.json with `model_type`
  timm,          ///< config.json with `architecture`
  open_clip,     ///< open_clip_config.json
};

/// What describes weights in a file beside them.
struct SourceConfig {
  ConfigKind kind = ConfigKind::transformers;
  std::filesystem::path path;
  nlohmann::json json;          ///< of a model with two towers, the image tower's
  std::string model_type;       ///< transformers' name of the model
  nlohmann::json preprocessor;  ///< of transformers' preprocessor_config.json; null: there is none
  std::filesystem::path preprocessor_path;
};

/// The description in the folder of a weights file that is for names of this convention: where both
/// config.json and open_clip_config.json are there, each is of the file in its own names. None
/// where there is none, or it describes no model. Throws Error (weights) where it is not JSON.
[[nodiscard]] std::optional<SourceConfig> find_config(const std::filesystem::path& weights,
                                                      const Convention& convention);

/// The class names that a description has, in the order of the outputs.
[[nodiscard]] std::vector<std::string> config_labels(const SourceConfig& config);

/// The refusal of something in a description: `key` and its value cannot be followed.
[[nodiscard]] Error refused(const SourceConfig& config, const std::string& key,
                            const std::string& why);
/// The refusal of a description that the tensors contradict: `of_config` and `of_tensors` are what
/// each says.
[[nodiscard]] Error contradicted(const SourceConfig& config, const std::string& of_config,
                                 const std::string& of_tensors);

/// `64` or `[48, 80]`.
[[nodiscard]] std::optional<Size2> size_of(const nlohmann::json& value);
/// The object under a key; an empty one where there is none.
[[nodiscard]] nlohmann::json object_of(const nlohmann::json& parent, const char* key);
/// The strings of `{"0": "cat", "1": "dog"}` or of a list, in the order of the numbers; none where
/// one is missing or no string.
[[nodiscard]] std::vector<std::string> names_of(const nlohmann::json& value);

}  // namespace vit
