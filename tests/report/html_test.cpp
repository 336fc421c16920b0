#include "vit/report/html.h"

#include <cmath>

#include "tests/catch.h"
#include "tests/report/xml.h"
#include "tests/support/contains.h"

using vit::test::contains;
using namespace vit;

namespace {

RunReport full_report() {
  RunReport report;
  report.title = "my run";
  report.model = "vit_tiny_patch16_224";
  report.dataset = "pets";
  report.headline = {
      .title = "Best top-1 accuracy", .percent = 85, .chance = 50, .count = 20, .proportion = true};
  report.figures = {{"Top-5 accuracy", "99.50 %"}};
  report.metrics = {{.name = "top1", .title = "top-1", .percent = true},
                    {.name = "top5", .title = "top-5", .percent = true}};
  report.best_epoch = 2;
  report.epochs = 2;
  report.parameters = 5717416;
  report.training_seconds = 80;
  report.images_per_s = 1843;
  report.seed = 7;
  report.history = parse_csv(
      "epoch,step,train_loss,eval_loss,eval_top1,eval_top5,lr,images_per_s,time_s\n"
      "1,10,0.7,0.6,70,99,0.001,1800,40\n2,20,0.5,0.4,85,99.5,0.0005,1843,80\n",
      "summary.csv");
  report.sections.push_back({"", ConfusionMatrix{{"cat", "dog"}, {{8, 2}, {1, 9}}}});
  ClassifiedSamples samples;
  samples.samples = {{Image(32, 32), "cat", {{"dog", 0.7}, {"cat", 0.3}}, false, "val/1.png"},
                     {Image(400, 300), "dog", {{"dog", 0.9}}, true, "val/2.png"}};
  report.sections.push_back({"", samples});
  report.config = "seed: 7\noptim:\n  lr: 0.001\n";
  report.environment = {{"Host", "node-17"}};
  report.warnings = {"3 pictures were left out."};
  return report;
}

ConfusionMatrix& confusion_of(RunReport& report) {
  return std::get<ConfusionMatrix>(report.sections[0].body);
}

}  // namespace

TEST_CASE("the page holds what is known of the run") {
  const std::string page = html_report(full_report());
  CHECK(test::is_well_formed(page));
  for (const char* part :
       {"my run", "vit_tiny_patch16_224", "85.00", "99.50 %", "chance level: 50.0 %", "5.72 M",
        "1 min 20 s", "1843 img/s", "best 85.00 %", "cat → dog: 2", "80.0 %", "70 %",
        "3 pictures were left out.", "node-17", "  lr: 0.001"})
    CHECK((contains(page, part) ? "" : part) == std::string());
}

TEST_CASE("the page needs nothing else: no script, no network") {
  const std::string page = html_report(full_report());
  CHECK(!contains(page, "<script"));
  CHECK(!contains(page, "<link"));
  for (std::size_t at = 0; (at = page.find("src=\"", at)) != std::string::npos; ++at)
    CHECK(page.compare(at + 5, 5, "data:") == 0);
  for (std::size_t at = 0; (at = page.find("http", at)) != std::string::npos; ++at)
    CHECK((page.compare(at, 26, "http://www.w3.org/2000/svg") == 0 ||
           page.compare(at, 10, "http-equiv") == 0));
  CHECK(contains(page, "default-src 'none'"));
}

TEST_CASE("tiny pictures are exact and shown pixel by pixel, large ones reduced") {
  const std::string page = html_report(full_report());
  CHECK(contains(page, "<img class=\"tiny\" alt=\"cat\" title=\"val/1.png\" src=\"data:image/png"));
  CHECK(contains(page, "<img alt=\"dog\" title=\"val/2.png\" src=\"data:image/jpeg"));
  CHECK(page.size() < 100'000);
}

TEST_CASE("of 0.95 on 10 000 pictures the 95 % interval after Wilson is 94.6 to 95.4") {
  RunReport report = full_report();
  report.headline->percent = 95;
  report.headline->count = 10'000;
  CHECK(contains(html_report(report), "95 % interval 94.6 to 95.4 %"));
}

TEST_CASE("what isn't known is left out") {
  const std::string page = html_report({});
  CHECK(test::is_well_formed(page));
  CHECK(!contains(page, "<h2>"));
  RunReport report;
  report.history = parse_csv("epoch,train_loss,eval_top1\n1,2.5,\n2,nan,\n", "summary.csv");
  report.metrics = {{.name = "top1", .title = "top-1", .percent = true}};
  report.headline = {.title = "Best top-1 accuracy", .percent = std::nan("")};
  const std::string sparse = html_report(report);
  CHECK(test::is_well_formed(sparse));
  CHECK(contains(sparse, ">Loss<"));
  CHECK(!contains(sparse, ">Accuracy<"));
  CHECK(!contains(sparse, "Best top-1"));
}

TEST_CASE("hostile names stay text, and long ones are cut in the middle") {
  const std::string script = "</title></pre><script>alert(1)</script>\"'\x1b[2J\n\xff";
  const std::string endless = std::string(2000, 'a') + "MIDDLE" + std::string(2000, 'z');
  RunReport report = full_report();
  report.title = report.model = report.dataset = report.finished = report.device = script;
  confusion_of(report).classes = {script, endless};
  auto& samples = std::get<ClassifiedSamples>(report.sections[1].body).samples;
  samples[0].truth = samples[0].source = script;
  samples[0].guesses = {{script, 0.5}, {endless, std::nan("")}};
  samples[1].truth = samples[1].source = endless;
  report.headline->title = script;
  report.figures = {{script, endless, script}};
  report.sections.push_back({script, Gallery{script, {{Image(4, 4), script, endless}}}});
  report.sections.push_back({script, Bars{script, {{script, 20}}}});
  report.sections.push_back({script, Table{{script}, {{endless}}}});
  report.history.header[2] = script;
  report.history.rows[0][2] = script;
  report.config = script;
  report.environment = {{script, endless}};
  report.warnings = {script, endless};
  const std::string page = html_report(report);
  CHECK(test::is_well_formed(page));
  CHECK(!contains(page, "<script"));
  CHECK(!contains(page, "\x1b"));
  CHECK(!contains(page, "MIDDLE"));
}

TEST_CASE("a thousand classes give tables and no heat map") {
  RunReport report = full_report();
  ConfusionMatrix& confusion = confusion_of(report);
  confusion.classes.assign(1000, "name");
  confusion.counts.assign(1000, std::vector<std::int64_t>(1000, 0));
  for (std::size_t i = 0; i < 1000; ++i) confusion.counts[i][i] = 50;
  const std::string page = html_report(report);
  CHECK(contains(page, "Not drawn for 1000 classes"));
  CHECK(contains(page, "The other 988 classes"));
  CHECK(page.size() < 500'000);
}

TEST_CASE("a task's sections stand on the page in their order, each with its title") {
  RunReport report;
  report.sections = {{"Figures", KeyFigures{{"mean IoU", "61.2 %"}}},
                     {"Course", LineChart{.title = "mIoU", .series = {{"val", {1, 2}, {3, 4}}}}},
                     {"Classes", Table{{"class", "IoU"}, {{"sky", "91.5"}}}},
                     {"Shares", Bars{"of each class", {{"road", 40}}}},
                     {"Worst", Gallery{"by IoU", {{Image(40, 30), "fence 3 %", "a.jpg"}}}},
                     {"Else", Html{"<p>as it is</p>"}}};
  const std::string page = html_report(report);
  CHECK(test::is_well_formed(page));
  std::size_t at = 0;
  for (const char* part :
       {"<h2>Figures", "61.2 %", "<h2>Course", "<svg", "<h2>Classes", "91.5", "<h2>Shares",
        "40.0 %", "<h2>Worst", "fence 3 %", "<h2>Else", "<p>as it is</p>"}) {
    INFO(part);
    const std::size_t found = page.find(part, at);
    REQUIRE(found != std::string::npos);
    at = found;
  }
}

TEST_CASE("the page tells what the experiment changes, where time went, and how to repeat it") {
  RunReport report = full_report();
  report.changed = "base.yaml";
  report.changes = {{"optim.lr", "0.001", "0.<b>1"}, {"model.depth", "", "4"}};
  report.time_split = {{"forward pass", 30}, {"evaluation", 10}};
  report.commands = {"vit runs replay 'my run'"};
  report.history =
      parse_csv("epoch,train_loss,eval_top1,train_top1,train_box\n1,1,70,60,0.5\n", "summary.csv");
  const std::string page = html_report(report);
  CHECK(test::is_well_formed(page));
  for (const char* part :
       {"base.yaml", "optim.lr", "0.&lt;b&gt;1", "Where the time went", "75.0 %",
        "How to repeat it", "vit runs replay", "Parts of training", "top-1, training"})
    CHECK((contains(page, part) ? "" : part) == std::string());
}
