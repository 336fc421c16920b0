#include "vit/report/parallel_chart.h"

#include <algorithm>

#include "tests/catch.h"

TEST_CASE("Parallel coordinates: a line a case, broken where a value is missing") {
  vit::ParallelChart chart{.title = "all"};
  chart.coordinates = {
      {"lr", true}, {"depth", false, true}, {"opt", false, false, {"adamw", "sgd"}}};
  chart.lines = {{{1e-3, 4.0, 1.0}, "first", true}, {{1e-2, std::nullopt, 0.0}, "second", false}};
  const std::string text = vit::svg(chart);
  CHECK_THAT(text,
             Catch::Contains("first") && Catch::Contains("adamw") && Catch::Contains("depth"));
  const std::size_t second = text.find("second");
  const std::string path =
      text.substr(text.rfind(" d=\"", second), second - text.rfind(" d=\"", second));
  CHECK(std::count(path.begin(), path.end(), 'M') == 2);
  CHECK(std::count(path.begin(), path.end(), 'L') == 0);
  // What stands out is drawn last, above the others.
  CHECK(text.find("first") > second);
}
