#pragma once

#include <nlohmann/json.hpp>

#include "vit/config/yaml_node.h"
#include "vit/core/fields.h"

namespace vit {

/// A value as JSON has it: a scalar that reads as a number, true or false is one, unless it is
/// quoted.
[[nodiscard]] nlohmann::json yaml_json(const YamlNode& node);

/// The value of an option.
[[nodiscard]] nlohmann::json value_json(const Field& field);

}  // namespace vit
