#include "vit/run/run_summary.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "vit/core/str.h"
#include "vit/experiment/config_difference.h"
#include "vit/io/atomic_file.h"
#include "vit/report/append_file.h"
#include "vit/report/html.h"
#include "vit/report/number.h"
#include "vit/run/run_record.h"
#include "vit/train/environment.h"

namespace vit {
namespace {

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

/// Where the seconds went, of the epochs that are done.
std::vector<std::pair<std::string, double>> time_split(const RunDirectory& directory) {
  std::vector<std::pair<std::string, double>> split{
      {"waiting for data", 0},      {"forward pass", 0}, {"backward pass", 0},
      {"update of the weights", 0}, {"evaluation", 0},   {"else", 0}};
  constexpr std::array kKeys = {"wait_s",   "forward_s", "backward_s",
                                "update_s", "eval_s",    "other_s"};
  std::istringstream lines(text_if_there(directory.metrics()));
  for (std::string line; std::getline(lines, line);) {
    if (line.find("\"wait_s\"") == std::string::npos) continue;
    const auto record = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!record.is_object()) continue;
    for (std::size_t i = 0; i < kKeys.size(); ++i)
      if (const auto value = record.find(kKeys.at(i)); value != record.end() && value->is_number())
        split[i].second += value->get<double>();
  }
  return split;
}

}  // namespace

std::string model_text(const ModelSpec& model) {
  Experiment variant, own;
  variant.model = model_spec(model.name);
  own.model = model;
  std::string options;
  for (const ConfigChange& change : config_changes(variant, own))
    if (change.key != "model.num_classes")
      options += str(options.empty() ? " (" : ", ", change.key.substr(change.key.find('.') + 1),
                     " ", change.now);
  return options.empty() ? model.name : model.name + options + ")";
}

RunReport run_report(const RunDirectory& directory, const Experiment& experiment,
                     std::optional<std::int64_t> parameters,
                     const std::vector<ScheduleCurve>& curves) {
  RunReport report;
  report.title = std::filesystem::absolute(directory.root()).filename().string();
  report.model = model_text(experiment.model);
  report.dataset = experiment.data.set.name;
  std::error_code error;
  if (std::filesystem::exists(directory.summary(), error))
    report.history = read_csv(directory.summary());
  const auto env = nlohmann::ordered_json::parse(text_if_there(directory.environment()), nullptr,
                                                 /*allow_exceptions=*/false);
  if (env.is_object())
    for (const auto& [key, value] : env.items())
      if (value.is_string()) report.environment.emplace_back(key, value.get<std::string>());
  for (const auto& [key, value] : report.environment) {
    if (key == "threads")
      report.threads = static_cast<std::int64_t>(parse_number(value).value_or(0));
    if (key == "device") report.device = value;
  }
  report.finished = utc_now();
  ModelSpec model = experiment.model;  // num_classes() wants to be able to change it
  const auto blank = experiment.task->evaluation(
      std::vector<std::string>(static_cast<std::size_t>(num_classes(model))));
  report.metrics = blank->metrics();
  report.epochs = static_cast<std::int64_t>(report.history.rows.size());
  const Metric& judged = report.metrics.front();
  std::optional<double> best;
  for (std::size_t row = 0; row < report.history.rows.size(); ++row) {
    const auto value = report.history.number(row, "eval_" + judged.name);
    if (!value || !is_better(judged.better, *value, best)) continue;
    best = *value;
    report.best_epoch = static_cast<std::int64_t>(report.history.number(row, "epoch").value_or(0));
  }
  report.headline = blank->headline();
  if (report.headline) report.chance = report.headline->chance;
  if (report.headline && best && judged.percent)  // else it is judged by something else
    report.headline->percent = *best;
  else
    report.headline.reset();
  report.parameters = parameters;
  report.images_per_s = mean_and_sum(report.history, "images_per_s").first;
  report.training_seconds = mean_and_sum(report.history, "time_s").second;
  report.seed = static_cast<std::uint64_t>(experiment.seed);
  report.versions = version_text();
  report.schedules = curves_over_epochs(curves, experiment.schedule.epochs);
  report.config = text_if_there(directory.config());
  report.time_split = time_split(directory);
  if (const auto record = read_run_record(directory)) {
    report.changed = record->base;
    for (const auto& [key, before, now] : record->changes)
      if (!changes_no_result(key)) report.changes.push_back({key, before, now});
  }
  const std::string run = directory.root().string();
  report.commands = {
      "vit runs replay " + run + "     # repeats it, and proves it the same to the byte",
      "vit train " + directory.config().string() + " --output " + run + "-again"};
  if (std::filesystem::exists(directory.done(), error)) return report;
  const std::string end = end_in_log(directory);
  report.warnings.push_back(str("The run is not complete: ", *report.epochs, " of ",
                                experiment.schedule.epochs, " epochs are done.",
                                end.empty() ? "" : " Its log ends with: " + end));
  return report;
}

void add_evaluation(RunReport& report, const Evaluation& evaluation, const Dataset& val_data) {
  EvaluationReport found = evaluation.report(val_data);
  report.headline = std::move(found.headline);
  report.figures = std::move(found.figures);
  report.sections = std::move(found.sections);
}

void write_predictions(const RunDirectory& directory, const Evaluation& evaluation) {
  std::vector<SampleResult> samples = evaluation.samples();
  if (samples.empty()) return;
  std::sort(samples.begin(), samples.end(),
            [](const SampleResult& a, const SampleResult& b) { return a.index < b.index; });
  std::string text = "index,right,truth,predicted,probability\n";
  for (const SampleResult& one : samples)
    text += str(one.index, ",", one.right ? 1 : 0, ",", one.truth, ",", one.predicted, ",",
                significant(one.probability, 7), "\n");
  write_file_atomically(directory.predictions(), text);
}

void write_report(const RunDirectory& directory, const RunReport& report) {
  write_file_atomically(directory.report(), html_report(report));
}

}  // namespace vit
