#include "vit/report/timeline_chart.h"

#include "tests/catch.h"

TEST_CASE("A timeline has a row for each worker and a bar for each piece of work") {
  vit::TimelineChart chart{.title = "who"};
  chart.rows = {{"a:1", {{0, 10, "trial 0"}, {10, 30, "trial 2", true}}}, {"b:2", {{0, 25, "x"}}}};
  const std::string text = vit::svg(chart);
  CHECK_THAT(text, Catch::Contains("a:1") && Catch::Contains("trial 2") &&
                       Catch::Contains("rect class=\"wrong\"") && Catch::Contains("seconds"));
  chart.rows[0].bars[0].end = 20'000;
  CHECK_THAT(vit::svg(chart), Catch::Contains("hours"));
}
