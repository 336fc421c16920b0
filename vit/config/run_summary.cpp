#include "vit/config/run_summary.h"

#include <algorithm>

#include "vit/io/atomic_file.h"
#include "vit/report/html.h"
#include "vit/train/environment.h"

namespace vit {
namespace {

/// Mistakes first, the surest of them at the front: what a person wants to see. Then some that were
/// right.
std::vector<ReportSample> choose_samples(const ClassifyEvaluation& evaluation,
                                         const Dataset& data) {
  constexpr std::size_t kMistakes = 24, kHits = 12;
  using Prediction = ClassifyEvaluation::Prediction;
  std::vector<const Prediction*> mistakes, hits;
  for (const Prediction& prediction : evaluation.predictions())
    (prediction.top.front().first == prediction.label ? hits : mistakes).push_back(&prediction);
  std::stable_sort(mistakes.begin(), mistakes.end(), [](const Prediction* a, const Prediction* b) {
    return a->top.front().second > b->top.front().second;
  });
  mistakes.resize(std::min(mistakes.size(), kMistakes));
  const std::size_t stride =
      std::max<std::size_t>(1, hits.size() / kHits);  // spread over the data set
  for (std::size_t i = 0, taken = 0; i < hits.size() && taken < kHits; i += stride, ++taken)
    mistakes.push_back(hits[i]);

  std::vector<ReportSample> samples;
  for (const Prediction* prediction : mistakes) {
    Sample sample = data.get(prediction->index);
    ReportSample shown;
    shown.truth = data.classes()[static_cast<std::size_t>(prediction->label)];
    for (const auto& [label, probability] : prediction->top)
      shown.guesses.push_back({data.classes()[static_cast<std::size_t>(label)], probability});
    shown.correct = prediction->top.front().first == prediction->label;
    shown.source = sample.source;
    shown.picture = std::move(sample.image);
    samples.push_back(std::move(shown));
  }
  return samples;
}

ConfusionMatrix confusion_matrix(const ConfusionCounts& counts,
                                 const std::vector<std::string>& classes) {
  ConfusionMatrix matrix{classes, {}};
  for (std::int64_t truth = 0; truth < counts.num_classes(); ++truth) {
    auto& row = matrix.counts.emplace_back();
    for (std::int64_t predicted = 0; predicted < counts.num_classes(); ++predicted)
      row.push_back(counts.at(truth, predicted));
  }
  return matrix;
}

std::vector<Series> curves_over_epochs(const std::vector<ScheduleCurve>& curves,
                                       std::int64_t epochs) {
  std::vector<Series> all;
  for (const ScheduleCurve& curve : curves) {
    Series& series = all.emplace_back(Series{curve.name, {}, curve.values});
    const auto points = static_cast<double>(curve.values.size());
    for (std::size_t i = 0; i < curve.values.size(); ++i)
      series.x.push_back((static_cast<double>(i) + 0.5) / points * static_cast<double>(epochs));
  }
  return all;
}

/// The mean or the sum of a column.
std::pair<double, double> mean_and_sum(const CsvTable& table, std::string_view column) {
  double sum = 0;
  std::size_t count = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    if (const auto value = table.number(row, column)) {
      sum += *value;
      ++count;
    }
  return {count > 0 ? sum / static_cast<double>(count) : 0, sum};
}

}  // namespace

std::int64_t parameter_count(ImageModel& model) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : model.module().parameters()) count += parameter.numel();
  return count;
}

void write_run_report(const RunDirectory& directory, const Experiment& experiment,
                      const ClassifyEvaluation& evaluation, const Dataset& val_data,
                      ImageModel& model, const TrainingState& state, c10::Device device,
                      const std::vector<ScheduleCurve>& curves) {
  RunReport report;
  report.title = std::filesystem::absolute(directory.root()).filename().string();
  report.model = experiment.model.name;
  report.dataset = experiment.data.set.name;
  report.history = read_csv(directory.summary());
  report.environment = environment(device);
  for (const auto& [key, value] : report.environment) {
    if (key == "started") report.finished = value;  // the environment of this moment, the end
    if (key == "threads") report.threads = std::stoll(value);
    if (key == "device") report.device = value;
  }
  std::erase_if(report.environment, [](const auto& item) { return item.first == "started"; });
  for (const auto& [key, value] : evaluation.metrics()) {
    if (key == "top1") report.best_top1 = value;
    if (key == "top5" && model.num_classes() > 5) report.best_top5 = value;
  }
  report.chance_top1 = 100.0 / static_cast<double>(model.num_classes());
  report.best_epoch = state.best_epoch;
  report.epochs = state.epoch;
  report.parameters = parameter_count(model);
  report.images_per_s = mean_and_sum(report.history, "images_per_s").first;
  report.training_seconds = mean_and_sum(report.history, "time_s").second;
  report.seed = static_cast<std::uint64_t>(experiment.seed);
  report.versions = version_text();
  report.schedules = curves_over_epochs(curves, experiment.schedule.epochs);
  report.confusion = confusion_matrix(evaluation.confusion(), val_data.classes());
  report.samples = choose_samples(evaluation, val_data);
  report.config = experiment_yaml(experiment);
  write_file_atomically(directory.report(), html_report(report));
}

}  // namespace vit
