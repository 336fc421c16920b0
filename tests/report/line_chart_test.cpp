#include "vit/report/line_chart.h"

#include <cmath>

#include "tests/catch.h"
#include "tests/report/xml.h"

using namespace vit;

namespace {

LineChart loss_chart() {
  LineChart chart{.title = "Loss", .x_label = "epoch", .y_label = "loss"};
  chart.series = {{"training", {1, 2, 3}, {3, 2, 1}}, {"evaluation", {1, 2, 3}, {3, 2.5, 2}}};
  return chart;
}

}  // namespace

TEST_CASE("a chart is a well-formed element with title, labels, legend and curves") {
  const std::string text = svg(loss_chart());
  CHECK(test::is_well_formed(text));
  for (const char* part : {">Loss<", ">epoch<", ">loss<", ">training<", ">evaluation<",
                           "class=\"line s0\"", "class=\"line s1\"", "prefers-color-scheme:dark"})
    CHECK(text.find(part) != std::string::npos);
}

TEST_CASE("a single curve needs no legend") {
  LineChart chart = loss_chart();
  chart.series.resize(1);
  CHECK(svg(chart).find(">training<") == std::string::npos);
}

TEST_CASE("values that aren't finite are gaps") {
  LineChart chart{.title = "t"};
  chart.series = {{"a", {1, 2, 3, 4, 5}, {1, 2, std::nan(""), 4, INFINITY}}};
  const std::string text = svg(chart);
  CHECK(test::is_well_formed(text));
  CHECK(text.find("nan") == std::string::npos);
  CHECK(text.find("inf") == std::string::npos);
}

TEST_CASE("charts of nothing, of one point and of equal values are drawn") {
  LineChart chart{.title = "t"};
  CHECK(test::is_well_formed(svg(chart)));
  chart.series = {{"a", {}, {}}};
  CHECK(test::is_well_formed(svg(chart)));
  chart.series = {{"a", {1}, {5}}};
  CHECK(svg(chart).find("<circle") != std::string::npos);
  chart.series = {{"a", {1, 2, 3}, {5, 5, 5}}};
  CHECK(svg(chart).find("nan") == std::string::npos);
}

TEST_CASE("a logarithmic axis leaves out what isn't positive") {
  LineChart chart{.title = "t", .log_y = true};
  chart.series = {{"a", {1, 2, 3, 4}, {100, 0, -3, 0.01}}};
  const std::string text = svg(chart);
  CHECK(test::is_well_formed(text));
  CHECK(text.find(">0.1<") != std::string::npos);
  CHECK(text.find("nan") == std::string::npos);
}

TEST_CASE("markers and levels carry their labels") {
  LineChart chart = loss_chart();
  chart.markers = {{3, 1, "best 1.0"}};
  chart.levels = {{2.3, "chance"}};
  const std::string text = svg(chart);
  CHECK(text.find(">best 1.0<") != std::string::npos);
  CHECK(text.find(">chance<") != std::string::npos);
}

TEST_CASE("the seventh curve has a colour of the first round, dashed") {
  LineChart chart{.title = "t"};
  for (int i = 0; i < 7; ++i) chart.series.push_back({"run " + std::to_string(i), {1, 2}, {1, 2}});
  const std::string text = svg(chart);
  CHECK(test::is_well_formed(text));
  CHECK(text.find("stroke-dasharray=\"6 4\"") != std::string::npos);
}

TEST_CASE("texts are escaped") {
  LineChart chart = loss_chart();
  chart.title = chart.series[0].name = "<script>alert('&')</script>\x1b";
  const std::string text = svg(chart);
  CHECK(test::is_well_formed(text));
  CHECK(text.find("<script") == std::string::npos);
}

TEST_CASE("a hover tells the place and the value, rounded") {
  LineChart chart{.title = "t", .x_label = "epoch", .whole_x = true};
  chart.series = {{"learning rate", {1, 2}, {0.0009945512372778235, 3}}};
  const std::string text = svg(chart);
  CHECK(text.find("<title>epoch 1: learning rate 0.00099455</title>") != std::string::npos);
  CHECK(text.find("<title>epoch 2: learning rate 3</title>") != std::string::npos);
}

TEST_CASE("a faint curve stands behind the others: no legend, no hover, a colour that is given") {
  LineChart chart{
      .title = "t",
      .series = {{.name = "run 1", .x = {1, 2}, .y = {1, 2}, .colour = 3, .faint = true},
                 {.name = "mean", .x = {1, 2}, .y = {2, 3}, .colour = 3}}};
  const std::string drawn = svg(chart);
  CHECK(drawn.find("line faint s3") != std::string::npos);
  CHECK(drawn.find("line s3") != std::string::npos);
  CHECK(drawn.find("run 1") == std::string::npos);
}
