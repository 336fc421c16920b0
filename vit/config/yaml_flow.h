#pragma once

#include <string>

#include "vit/config/yaml_node.h"

namespace vit {

/// A value on one line, as `--set` and YAML readers take it: `[hflip, {random_crop: {padding:
/// 4}}]`.
[[nodiscard]] std::string yaml_flow(const YamlNode& node);
/// A whole document, one line for each of its keys; what was taken away (a null over an inherited
/// value) is left out.
[[nodiscard]] std::string yaml_lines(const YamlNode& root);

}  // namespace vit
