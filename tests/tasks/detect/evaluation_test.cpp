#include "vit/tasks/detect/evaluation.h"

#include <torch/utils.h>

#include <cmath>
#include <limits>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"
#include "vit/image/draw.h"
#include "vit/tasks/detect/objects.h"

namespace {

/// Images of 100 x 60 pixels that are nothing but their number.
class PlainImages final : public vit::Dataset {
 public:
  [[nodiscard]] std::int64_t size() const override { return 8; }
  [[nodiscard]] std::int64_t label(std::int64_t) const override { return -1; }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] vit::Sample get(std::int64_t index) const override {
    vit::Sample sample;
    sample.image = vit::Image(100, 60);
    sample.source = "image " + std::to_string(index);
    return sample;
  }

 private:
  std::vector<std::string> classes_{"cat", "dog"};
};

using Objects = std::vector<vit::Box>;
using Found = std::vector<vit::FoundObject>;

/// One batch, of the images from `first` on.
void evaluate(vit::DetectEvaluation& evaluation, std::int64_t first,
              const std::vector<Objects>& truth, const std::vector<Found>& found) {
  auto lists = std::make_shared<vit::ObjectLists>();
  lists->objects = truth;
  lists->sources.assign(truth.size(), "a.png");
  std::vector<vit::Prediction> predictions;
  for (const Found& objects : found) predictions.emplace_back(vit::DetectedObjects{objects});
  const auto last = first + static_cast<std::int64_t>(truth.size());
  evaluation.add({.images = {}, .indices = torch::arange(first, last), .annotations = lists},
                 predictions);
}

double value(const vit::Evaluation& evaluation, const std::string& name) {
  return vit::value_of(evaluation.metrics(), name).value();
}

const vit::Box kCat{0, 0, 20, 20, 0}, kDog{40, 0, 60, 20, 1};
const std::vector<std::string> kNames{"cat", "dog"};

}  // namespace

TEST_CASE(
    "A detector that finds every object is at 100 %, and sizes that are not there have none") {
  vit::DetectEvaluation evaluation(kNames);
  evaluate(evaluation, 0, {{kCat, kDog}, {}}, {{{kCat, 0.9}, {kDog, 0.8}}, {}});
  for (const char* name : {"map", "map50", "map75", "map_small", "ar100", "precision", "recall"}) {
    INFO(name);
    CHECK(value(evaluation, name) == Approx(100));
  }
  CHECK(std::isnan(value(evaluation, "map_medium")));
  CHECK(std::isnan(value(evaluation, "map_large")));
  REQUIRE(evaluation.headline());
  CHECK(evaluation.headline()->percent == Approx(100));
  CHECK(evaluation.headline()->count == 2);
}

TEST_CASE("Metrics of a detector have their order before anything was seen") {
  std::vector<std::string> names;
  for (const vit::Metric& metric : vit::DetectEvaluation(kNames).metrics()) {
    names.push_back(metric.name);
    CHECK(std::isnan(metric.value));
    CHECK(metric.better == vit::Better::larger);
  }
  CHECK(names == std::vector<std::string>{"map", "map50", "map75", "map_small", "map_medium",
                                          "map_large", "ar100", "precision", "recall"});
}

TEST_CASE("Where masks are found, their metrics come first, and are of masks") {
  vit::DetectEvaluation evaluation(kNames, true);
  const auto mask_of = [](int left, int right) {
    vit::Image mask(100, 60, 1);
    vit::fill_rectangle(mask, left, 0, right, 20, {1});
    return mask;
  };
  vit::Box cat = kCat, dog = kDog;
  cat.mask = std::make_shared<const vit::Image>(mask_of(0, 20));
  dog.mask = std::make_shared<const vit::Image>(mask_of(40, 60));
  // The boxes are right; of the cat's mask 80 % was found, and of the dog's all.
  evaluate(evaluation, 0, {{cat, dog}},
           {{{kCat, 0.9, vit::mask_runs(mask_of(0, 16))}, {kDog, 0.8, vit::mask_runs(*dog.mask)}}});
  const vit::Metrics metrics = evaluation.metrics();
  CHECK(metrics[0].name == "mask_map");
  CHECK(metrics.size() == 16);
  CHECK(value(evaluation, "map") == Approx(100));
  CHECK(value(evaluation, "mask_map50") == Approx(100));
  CHECK(value(evaluation, "mask_map75") == Approx(100));
  // The cat's at the overlaps .50 to .80, of ten.
  CHECK(value(evaluation, "mask_map") == Approx((70 + 100) / 2.0).margin(0.01));
  CHECK(std::isnan(value(evaluation, "mask_map_large")));
  REQUIRE(evaluation.headline());
  CHECK_THAT(evaluation.headline()->title, Catch::Contains("mask"));
  bool has_column = false;
  for (const vit::Section& section : evaluation.report(PlainImages()).sections)
    if (const auto* table = std::get_if<vit::Table>(&section.body))
      has_column = has_column || table->header.back() == "Mask AP 50-95 %";
  CHECK(has_column);
  vit::DetectEvaluation twice(kNames, true);
  evaluate(twice, 1, {{cat}}, {{}});
  twice.merge(evaluation);
  CHECK(value(twice, "mask_map50") == Approx(75).margin(1));
}

TEST_CASE("Difficult objects do not count in the evaluation of a detector") {
  vit::DetectEvaluation evaluation(kNames);
  vit::Box difficult = kDog;
  difficult.label = 0;
  difficult.difficult = true;
  evaluate(evaluation, 0, {{kCat, difficult}}, {{{kCat, 0.5}, {difficult, 0.9}}});
  CHECK(value(evaluation, "map") == Approx(100));
  CHECK(evaluation.errors().all().empty());
}

TEST_CASE("Evaluations of detectors merge, in any order") {
  vit::DetectEvaluation whole(kNames), first(kNames), second(kNames);
  const std::vector<Objects> truth = {{kCat}, {kDog, kCat}};
  const std::vector<Found> found = {{{kDog, 0.9}, {kCat, 0.3}}, {{kDog, 0.7}}};
  evaluate(whole, 0, truth, found);
  evaluate(first, 0, {truth[0]}, {found[0]});
  evaluate(second, 1, {truth[1]}, {found[1]});
  second.merge(first);
  const vit::Metrics a = whole.metrics(), b = second.metrics();
  for (std::size_t i = 0; i < a.size(); ++i)
    CHECK((a[i].value == b[i].value || (std::isnan(a[i].value) && std::isnan(b[i].value))));
  CHECK(whole.errors().confusion() == second.errors().confusion());
  CHECK(second.report(PlainImages()).sections.size() ==
        whole.report(PlainImages()).sections.size());
}

TEST_CASE("A detection that is not made of numbers is an error, with its image") {
  vit::DetectEvaluation evaluation(kNames);
  const auto error = vit::test::error_of([&] {
    evaluate(evaluation, 0, {{}}, {{{kCat, std::numeric_limits<double>::quiet_NaN()}}});
  });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::numerical);
  CHECK(error->where() == "a.png");
}

TEST_CASE("The report of a detector shows classes, curves, confusion and every kind of error") {
  vit::DetectEvaluation evaluation(kNames);
  const vit::Box poor{0, 0, 20, 8, 0}, nowhere{80, 40, 95, 55, 1};
  vit::Box taken_for_dog = kCat;
  taken_for_dog.label = 1;
  evaluate(evaluation, 0, {{kCat, kDog}, {kCat}, {kCat}, {kCat, kDog}},
           {{{kCat, 0.9}, {kCat, 0.8}},  // a duplicate, and a dog that is missed
            {{taken_for_dog, 0.7}},      // the wrong class
            {{poor, 0.6}},               // a poor box
            {{kCat, 0.9}, {kDog, 0.95}, {nowhere, 0.5}}});
  const vit::EvaluationReport report = evaluation.report(PlainImages());
  const vit::Gallery* gallery = nullptr;
  const vit::Table* kinds = nullptr;
  std::size_t charts = 0;
  for (const vit::Section& section : report.sections) {
    if (const auto* images = std::get_if<vit::Gallery>(&section.body)) gallery = images;
    if (section.title == "Errors by kind") kinds = std::get_if<vit::Table>(&section.body);
    if (const auto* chart = std::get_if<vit::LineChart>(&section.body)) {
      ++charts;
      for (const vit::Series& series : chart->series) CHECK(series.x.size() == series.y.size());
    }
    if (const auto* html = std::get_if<vit::Html>(&section.body))
      CHECK_THAT(html->text, Catch::Contains("background"));
  }
  CHECK(charts == 2);
  REQUIRE(kinds != nullptr);
  for (const auto& row : kinds->rows) CHECK(row[1] == "1");
  REQUIRE(gallery != nullptr);
  REQUIRE(gallery->items.size() == 5);
  CHECK(gallery->items[0].caption == "missed: dog");
  CHECK(gallery->items[0].source == "image 0");
  CHECK(gallery->items[1].caption == "duplicate: cat 0.80 on cat, overlap 1.00");
  CHECK(gallery->items[2].caption == "wrong class: dog 0.70 on cat, overlap 1.00");
  CHECK(gallery->items[3].caption == "poor box: cat 0.60 on cat, overlap 0.40");
  CHECK(gallery->items[4].caption == "background: dog 0.50");
  CHECK(gallery->items[0].image.width > 2 * 256);  // enlarged, truth beside what was found
  bool has_interval = false;
  for (const vit::KeyFigure& figure : report.figures)
    has_interval = has_interval || figure.more.find("bootstrap") != std::string::npos;
  CHECK(has_interval);
}

TEST_CASE("An evaluation without objects has a report all the same") {
  vit::DetectEvaluation evaluation(kNames);
  evaluate(evaluation, 0, {{}}, {{}});
  CHECK_FALSE(evaluation.report(PlainImages()).sections.empty());
}
