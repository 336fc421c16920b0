#include "vit/report/step_profile_text.h"

#include <nlohmann/json.hpp>

#include "tests/catch.h"

namespace {

vit::StepProfile two_steps() {
  vit::StepProfile profile;
  profile.steps = 2;
  profile.seconds = 0.4;
  profile.wait = 0.02;
  profile.forward = 0.1;
  profile.backward = 0.2;
  profile.update = 0.06;
  profile.parts = {{"blocks.*.mlp", 0.05, 0.15}, {"head", 0.01, 0.02}};
  profile.trace = {{"forward", "", 0.5, 20}, {"aten::linear", "blocks.0.\"attn\"", 1, 2.25}};
  return profile;
}

}  // namespace

TEST_CASE("A profile's tables hold milliseconds a step, and what is between the operators") {
  const std::string text = vit::profile_table(two_steps());
  CHECK_THAT(text, Catch::Contains("waiting for data         10.00   5.0 %"));
  CHECK_THAT(text, Catch::Contains("the rest                 10.00   5.0 %"));
  CHECK_THAT(text, Catch::Contains("blocks.*.mlp              25.00        75.00  50.0 %"));
  CHECK_THAT(text, Catch::Contains("(between operators)       20.00        15.00  17.5 %"));
}

TEST_CASE("A trace is complete events of one thread, in microseconds") {
  const auto trace = nlohmann::json::parse(vit::trace_json(two_steps()));
  const auto& events = trace.at("traceEvents");
  REQUIRE(events.size() == 2);
  CHECK(events[0].at("ph") == "X");
  CHECK_FALSE(events[0].contains("args"));
  CHECK(events[1].at("name") == "aten::linear");
  CHECK(events[1].at("ts") == 1.0);
  CHECK(events[1].at("dur") == 2.25);
  CHECK(events[1].at("args").at("part") == "blocks.0.\"attn\"");
}
