#pragma once

#include <nlohmann/json_fwd.hpp>

#include "vit/models/registry.h"

namespace vit {

/// A model's options as one JSON object: each option under its name, null where it is not set, a
/// size as [height, width].
[[nodiscard]] nlohmann::json options_json(const ModelSpec& spec);

}  // namespace vit
