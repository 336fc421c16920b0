#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "vit/models/registry.h"

namespace vit {

/// What came of setting an option.
enum class SetResult {
  set,
  no_such_option,  ///< the model's family has none of this name
  wrong_value,     ///< of another type, out of range, or none of the choices
};

/// Sets one option of a model, by the name that it has in an experiment's `model`, to a JSON value:
/// a size is a number or `[height, width]`. The options stay as they were unless the result is
/// `set`.
SetResult set_option(ModelSpec& spec, std::string_view name, const nlohmann::json& value);

/// The values that an option may have, as in "token, avg or max"; "" where any may stand.
[[nodiscard]] std::string choices_of(ModelSpec spec, std::string_view name);

/// A JSON value as it is written in an experiment: strings without quotes.
[[nodiscard]] std::string option_text(const nlohmann::json& value);

}  // namespace vit
