#include "vit/sweep/training_trial.h"

#include <cmath>
#include <exception>
#include <nlohmann/json.hpp>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/models/profile.h"
#include "vit/report/csv.h"
#include "vit/run/benchmark.h"
#include "vit/run/built_experiment.h"
#include "vit/run/evaluation_subject.h"
#include "vit/run/run.h"
#include "vit/train/interrupt.h"
#include "vit/train/run_directory.h"

namespace vit {
namespace {

/// The metric of the epoch that counts, of those up to `epochs`.
std::pair<double, std::int64_t> metric_of(const RunDirectory& run, const TrialRecipe& recipe,
                                          std::int64_t epochs) {
  const CsvTable table = read_csv(run.summary());
  std::optional<double> value;
  std::int64_t epoch_of_it = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto epoch = static_cast<std::int64_t>(table.number(row, "epoch").value_or(0));
    const auto found = table.number(row, "eval_" + recipe.metric);
    if (epoch > epochs || !found) continue;
    if (recipe.best_epoch ? !is_better(recipe.better, *found, value) : std::isnan(*found)) continue;
    value = found;
    epoch_of_it = epoch;
  }
  if (!value || !std::isfinite(*value))
    throw Error(ErrorKind::numerical, run.summary().string(),
                "eval_" + recipe.metric + " is in no epoch a number");
  return {*value, epoch_of_it};
}

double milliseconds_of_one_image(const RunDirectory& run) {
  const Experiment experiment =
      load_experiment(run.config(), {"data.batch_size=1", "init.weights=null"});
  return 1000 / benchmark_inference(experiment, {.steps = 30}).images_per_s();
}

/// The metric of the trained model where something else is set.
double metric_with(const RunDirectory& run, const TrialRecipe& recipe,
                   const std::vector<std::string>& sets) {
  SubjectRequest request{.what = run.root().string(), .weights = {}, .model = {}, .sets = sets};
  if (!recipe.best_epoch) request.weights = run.last_checkpoint().string();
  const EvaluationSubject subject = open_subject(request);
  const auto evaluation = evaluate(subject, subject.experiment.train.amp);
  for (const Metric& metric : evaluation->metrics())
    if (metric.name == recipe.metric) return metric.value;
  throw Error(ErrorKind::usage, "also", "the evaluation has no " + recipe.metric);
}

}  // namespace

nlohmann::json run_training_trial(const TrialRecipe& recipe, const TrialTask& task) {
  const RunDirectory run(task.directory);
  nlohmann::json figures = nlohmann::json::object();
  RunRequest request;
  request.experiment = recipe.experiment;
  request.sets = recipe.sets;
  request.sets.insert(request.sets.end(), task.sets.begin(), task.sets.end());
  request.output = task.directory;
  request.resume = "auto";
  if (!task.last) request.pause_after = task.job.epochs;
  request.inspect = [&](BuiltExperiment& built) {
    figures["parameters"] = parameter_count(built.task->network());
    try {
      figures["multiply_adds"] = profile(*built.model).multiply_adds;
    } catch (const std::exception&) {
      // A model that cannot be counted, or runs an operator that has no shapes alone, can be
      // trained all the same.
    }
  };
  const InterruptScope interrupt;
  const RunResult result = run_experiment(request, {}, &interrupt.requested());
  if (interrupt.requested() && result.end == TrainingEnd::stopped) return {{"stopped", true}};
  const auto [value, epoch] = metric_of(run, recipe, task.job.epochs);
  if (task.last)
    for (const AlsoEvaluated& other : recipe.also) {
      try {
        figures[other.name] = metric_with(run, recipe, other.sets);
      } catch (const Error& problem) {  // what was trained counts all the same
        log::warn(str("trial ", task.job.trial, ", ", other.name, ": ", problem.what()));
      }
    }
  if (recipe.latency && task.last) figures["latency_ms"] = milliseconds_of_one_image(run);
  return {{"value", value}, {"best_epoch", epoch}, {"figures", figures}};
}

}  // namespace vit
