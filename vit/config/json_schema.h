#pragma once

#include <functional>
#include <nlohmann/json.hpp>

#include "vit/config/option_explorer.h"

namespace vit {

/// A JSON Schema (2020-12) of the files that YamlReader reads into these options, which must be
/// fresh (see OptionExplorer): types, ranges, choices, defaults and help for each key, and no other
/// keys. Options that depend on a choice are all allowed together, with a word on when they apply;
/// so what the schema refuses, the program refuses too, which says more of what does not fit.
[[nodiscard]] nlohmann::ordered_json json_schema(
    const std::function<void(FieldVisitor&)>& describe_options,
    const OptionExamples& examples = {});

}  // namespace vit
