#pragma once

#include <string>

#include "vit/core/error.h"
#include "vit/report/events.h"

namespace vit {

// What becomes of an update whose loss or gradient is not finite.

/// What to tell: Error (numerical) with place, figures and remedies; `why` the run does not go on
/// all the same, where it was to.
[[nodiscard]] Error trouble_error(const UpdateEvent& event, const std::string& why = "");

/// One line for a log.
[[nodiscard]] std::string trouble_text(const UpdateEvent& event);

/// As JSON, for `trouble/update-N.json` in the run directory.
[[nodiscard]] std::string trouble_json(const UpdateEvent& event);

}  // namespace vit
