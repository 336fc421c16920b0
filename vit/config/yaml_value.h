#pragma once

#include <vector>

#include "vit/config/yaml_node.h"
#include "vit/config/yaml_problem.h"
#include "vit/core/fields.h"

namespace vit {

/// Reads `node` into the option that `field.ref` points to, checking type, range and choices.
/// Returns what is wrong (without the key's path); the option is then left as it was. Not for
/// fields that are a NamedList, which have options of their own.
[[nodiscard]] std::vector<YamlProblem> read_value(const YamlNode& node, const Field& field);

}  // namespace vit
