#include <cmath>

#include "tests/catch.h"
#include "tests/report/xml.h"
#include "tests/support/contains.h"
#include "vit/report/html_parts.h"

using vit::test::contains;
using namespace vit;

TEST_CASE("key figures are those that are known") {
  RunReport report;
  report.epochs = 4;
  report.training_seconds = 100;
  const std::string some = html_parts::key_figures(report);
  CHECK(test::is_well_formed(some));
  CHECK(contains(some, "1 min 40 s"));
  CHECK(contains(some, "25 s an epoch"));
  CHECK_FALSE(contains(some, "Parameters"));
  CHECK_FALSE(contains(some, "top-1"));
  report.headline = {.title = "Best top-1 accuracy", .percent = 91.25, .chance = 0.1};
  const std::string more = html_parts::key_figures(report);
  CHECK(contains(more, "91.25"));
  CHECK(
      contains(more, "chance level: 0.10 %"));  // of a thousand classes one decimal says too little
}

TEST_CASE("of a perfect score on ten pictures the interval is wide, and not above 100 %") {
  RunReport report;
  report.headline = {.title = "Best", .percent = 100, .count = 10, .proportion = true};
  CHECK(contains(html_parts::key_figures(report), "95 % interval 72.2 to 100.0 %"));  // Wilson 1927
}

TEST_CASE("curves are drawn of the columns that hold numbers") {
  RunReport report;
  CHECK(html_parts::curves(report).empty());
  report.metrics = {{.name = "top1", .title = "top-1", .percent = true}};
  report.history = parse_csv("epoch,train_loss,eval_top1\n1,2.0,10\n2,1.5,20\n", "summary.csv");
  const std::string text = html_parts::curves(report);
  CHECK(test::is_well_formed(text));
  CHECK(contains(text, ">Loss<"));
  CHECK(contains(text, ">Accuracy<"));
  CHECK_FALSE(contains(text, "NaN"));
  CHECK_FALSE(contains(text, "nan"));
}

TEST_CASE(
    "schedules have a chart each; where none is known, the history's learning rates have one") {
  RunReport report;
  report.history = parse_csv("epoch,train_loss,lr\n1,2.0,0.1\n2,1.5,0.2\n", "summary.csv");
  CHECK(contains(html_parts::curves(report), ">Learning rate<"));
  report.schedules = {{"learning rate", {0.5, 1.5}, {0.1, 0.2}},
                      {"weight decay", {0.5, 1.5}, {0.05, 0.4}}};
  const std::string text = html_parts::curves(report);
  CHECK(test::is_well_formed(text));
  std::size_t charts = 0;
  for (std::size_t at = 0; (at = text.find(">Learning rate<", at)) != std::string::npos; ++at)
    ++charts;
  CHECK(charts == 2);  // for wide screens and for phones
  CHECK(contains(text, ">Weight decay<"));
}

TEST_CASE("the best epoch is marked in the table, the first one of several") {
  RunReport report;
  report.metrics = {{.name = "top1", .title = "top-1", .percent = true}};
  report.history =
      parse_csv("epoch,train_loss,eval_top1\n1,2,10\n2,1.5,30\n3,1.2,30\n", "summary.csv");
  const std::string text = html_parts::curves(report);
  const std::size_t best = text.find("<tr class=\"best\">");
  REQUIRE(best != std::string::npos);
  CHECK(text.compare(text.find("<td", best), 16, "<td class=\"n\">2<") == 0);
  CHECK(text.find("<tr class=\"best\">", best + 1) == std::string::npos);
}

TEST_CASE("phones have charts of their own, whose texts are not reduced; epochs are whole") {
  RunReport report;
  report.history = parse_csv("epoch,train_loss\n1,2\n2,1.5\n3,1.2\n", "summary.csv");
  const std::string text = html_parts::curves(report);
  const std::size_t phone = text.find("<div class=\"on-phone\"><svg");
  REQUIRE(phone != std::string::npos);
  CHECK(contains(text, "<div class=\"on-wide\"><svg"));
  CHECK(contains(text.substr(phone, 400), "viewBox=\"0 0 330 250\""));
  CHECK(contains(text, ">2</text>"));
  CHECK_FALSE(contains(text, ">1.5</text>\n<path class=\"axis\""));
}

TEST_CASE("every figure of an evaluation has a card") {
  RunReport report;
  report.figures = {{"Evaluation loss", "0.25"}, {"F1", "0.8765"}, {"<odd>", "3"}};
  const std::string text = html_parts::key_figures(report);
  CHECK(test::is_well_formed(text));
  CHECK(contains(text, "Evaluation loss"));
  CHECK(contains(text, "0.8765"));
  CHECK(contains(text, "&lt;odd&gt;"));
}
