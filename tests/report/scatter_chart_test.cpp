#include "vit/report/scatter_chart.h"

#include <cmath>

#include "tests/catch.h"

using vit::ScatterChart;

TEST_CASE("A scatter chart has a dot and a hover for each finite point, and no more") {
  ScatterChart chart{.title = "a & b", .x_label = "x"};
  chart.groups = {
      {"<b>", {{1, 2, "trial 1\nlr 0.1"}, {2, std::nan(""), "gap"}, {3, 4, "trial 3"}}}};
  const std::string text = vit::svg(chart);
  CHECK_THAT(text, Catch::Contains("a &amp; b") && Catch::Contains("trial 1\nlr 0.1") &&
                       Catch::Contains("trial 3") && !Catch::Contains("gap") &&
                       !Catch::Contains("<b>"));
  chart.log_x = true;
  chart.groups[0].points[0].x = -1;
  CHECK_THAT(vit::svg(chart), !Catch::Contains("trial 1"));
}

TEST_CASE("Names on the x axis are turned where they are wider than their places") {
  ScatterChart chart{.title = "t"};
  chart.groups = {{"a", {{0, 1}, {1, 2}}}};
  chart.x_names = {"adamw", "sgd"};
  CHECK_THAT(vit::svg(chart), !Catch::Contains("rotate(-35"));
  for (int i = 0; i < 12; ++i) chart.x_names.push_back("a rather long name");
  CHECK_THAT(vit::svg(chart), Catch::Contains("rotate(-35"));
}

TEST_CASE("A chart of nothing is a chart") {
  CHECK_THAT(vit::svg(ScatterChart{}), Catch::EndsWith("</svg>"));
}
