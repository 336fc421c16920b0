#include <algorithm>

#include "vit/report/number.h"
#include "vit/tasks/classify/evaluation.h"

namespace vit {
namespace {

using Answer = ClassifyEvaluation::Answer;

bool is_right(const Answer& answer) { return answer.top.front().first == answer.label; }

/// Mistakes first, the surest of them at the front: what a person wants to see. Then some that were
/// right.
std::vector<const Answer*> choose_answers(const std::vector<Answer>& answers) {
  constexpr std::size_t kMistakes = 24, kHits = 12;
  std::vector<const Answer*> mistakes, hits;
  for (const Answer& answer : answers) (is_right(answer) ? hits : mistakes).push_back(&answer);
  std::stable_sort(mistakes.begin(), mistakes.end(), [](const Answer* a, const Answer* b) {
    return a->top.front().second > b->top.front().second;
  });
  mistakes.resize(std::min(mistakes.size(), kMistakes));
  const std::size_t stride =
      std::max<std::size_t>(1, hits.size() / kHits);  // spread over the data set
  for (std::size_t i = 0, taken = 0; i < hits.size() && taken < kHits; i += stride, ++taken)
    mistakes.push_back(hits[i]);
  return mistakes;
}

ClassifiedSamples shown_samples(const std::vector<Answer>& answers, const Dataset& data) {
  ClassifiedSamples shown;
  for (const Answer* answer : choose_answers(answers)) {
    Sample sample = data.get(answer->index);
    ReportSample& one = shown.samples.emplace_back();
    one.truth = data.classes()[static_cast<std::size_t>(answer->label)];
    for (const auto& [label, probability] : answer->top)
      one.guesses.push_back({data.classes()[static_cast<std::size_t>(label)], probability});
    one.correct = is_right(*answer);
    one.source = sample.source;
    one.picture = std::move(sample.image);
  }
  return shown;
}

ConfusionMatrix matrix(const ConfusionCounts& counts, const std::vector<std::string>& classes) {
  ConfusionMatrix matrix{classes, {}};
  for (std::int64_t truth = 0; truth < counts.num_classes(); ++truth) {
    auto& row = matrix.counts.emplace_back();
    for (std::int64_t predicted = 0; predicted < counts.num_classes(); ++predicted)
      row.push_back(counts.at(truth, predicted));
  }
  return matrix;
}

KeyFigures figures(const Metrics& metrics, std::int64_t num_classes) {
  struct Known {
    const char *name, *title, *more;
  };
  constexpr Known kKnown[] = {{"loss", "Evaluation loss", "cross entropy, without smoothing"},
                              {"precision", "Precision", "mean over classes"},
                              {"recall", "Recall", "mean over classes"},
                              {"f1", "F1", "mean over classes"},
                              {"ece", "Calibration error", "expected (ECE), 0 is best"}};
  KeyFigures figures;
  if (num_classes > 5)
    figures.push_back({"Top-5 accuracy", fixed(value_of(metrics, "top5").value_or(0), 2) + " %"});
  for (const Known& known : kKnown)
    figures.push_back(
        {known.title, fixed(value_of(metrics, known.name).value_or(0), 4), known.more});
  return figures;
}

/// How often the model is right where it is so sure.
LineChart calibration_chart(const CalibrationError& calibration) {
  LineChart chart{.title = "Right by confidence",
                  .x_label = "confidence, %",
                  .y_label = "right, %",
                  .series = {{.name = "perfect", .x = {0, 100}, .y = {0, 100}},
                             {.name = "this model", .x = {}, .y = {}}},
                  .y_low = 0.0,
                  .y_high = 100.0};
  for (const CalibrationError::Reliability& bin : calibration.reliability()) {
    chart.series[1].x.push_back(100 * bin.confidence);
    chart.series[1].y.push_back(100 * bin.accuracy);
  }
  return chart;
}

}  // namespace

std::optional<Headline> ClassifyEvaluation::headline() const {
  Headline headline{.title = "Best top-1 accuracy",
                    .percent = metrics().front().value,
                    .count = samples_,
                    .proportion = true};
  if (num_classes_ > 0) headline.chance = 100.0 / static_cast<double>(num_classes_);
  return headline;
}

EvaluationReport ClassifyEvaluation::report(const Dataset& data) const {
  return {.headline = headline(),
          .figures = figures(metrics(), num_classes_),
          .sections = {{"", matrix(confusion_, data.classes())},
                       {"Calibration", calibration_chart(calibration_)},
                       {"", shown_samples(answers_, data)}}};
}

}  // namespace vit
