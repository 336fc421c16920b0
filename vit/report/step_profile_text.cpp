#include "vit/report/step_profile_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vit/report/number.h"
#include "vit/report/table.h"

namespace vit {
namespace {

std::string milliseconds(double seconds, std::int64_t steps) {
  return fixed(1e3 * seconds / static_cast<double>(std::max<std::int64_t>(steps, 1)), 2);
}

std::string percent_of(double part, double whole) {
  return percent(whole > 0 ? 100 * part / whole : 0.0, 1);
}

}  // namespace

std::string profile_table(const StepProfile& profile) {
  const std::int64_t steps = profile.steps;
  const double seconds = profile.seconds;
  TextTable phases({{"phase"}, {"ms a step", Align::right}, {"share", Align::right}});
  const auto row = [&](const std::string& name, double time) {
    phases.add({name, milliseconds(time, steps), percent_of(time, seconds)});
  };
  row("waiting for data", profile.wait);
  row("forward", profile.forward);
  row("backward", profile.backward);
  row("clipping and update", profile.update);
  row("the rest",
      std::max(0.0, seconds - profile.wait - profile.forward - profile.backward - profile.update));
  TextTable model({{"part of the model"},
                   {"forward ms", Align::right},
                   {"backward ms", Align::right},
                   {"share", Align::right}});
  double heard_forward = 0, heard_backward = 0;
  for (const StepProfile::Part& part : profile.parts) {
    model.add({part.name, milliseconds(part.forward, steps), milliseconds(part.backward, steps),
               percent_of(part.forward + part.backward, seconds)});
    heard_forward += part.forward;
    heard_backward += part.backward;
  }
  const double between = std::max(0.0, profile.forward - heard_forward),
               between_back = std::max(0.0, profile.backward - heard_backward);
  model.add({"(between operators)", milliseconds(between, steps), milliseconds(between_back, steps),
             percent_of(between + between_back, seconds)});
  return phases.text() + "\n" + model.text();
}

std::string trace_json(const StepProfile& profile) {
  nlohmann::json list = nlohmann::json::array();
  for (const TraceEvent& event : profile.trace) {
    nlohmann::json one{
        {"name", event.name},      {"ph", "X"}, {"pid", 1}, {"tid", 1}, {"ts", event.start_us},
        {"dur", event.duration_us}};
    if (!event.part.empty()) one["args"] = {{"part", event.part}};
    list.push_back(std::move(one));
  }
  return nlohmann::json{{"displayTimeUnit", "ms"}, {"traceEvents", std::move(list)}}.dump(
             -1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace vit
