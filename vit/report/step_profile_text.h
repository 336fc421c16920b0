#pragma once

#include <string>

#include "vit/report/step_profile.h"

namespace vit {

/// Two tables: phases of a step, and parts of the model, in milliseconds a step.
[[nodiscard]] std::string profile_table(const StepProfile& profile);

/// The profile's events as the JSON that chrome://tracing and ui.perfetto.dev open (the "Trace
/// Event Format": complete events of one thread).
[[nodiscard]] std::string trace_json(const StepProfile& profile);

}  // namespace vit
