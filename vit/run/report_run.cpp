#include "vit/run/report_run.h"

#include <algorithm>
#include <system_error>

#include "vit/core/error.h"
#include "vit/models/profile.h"
#include "vit/nn/lora.h"
#include "vit/run/batch_section.h"

namespace vit {

std::filesystem::path report_run(const std::filesystem::path& run) {
  const RunDirectory directory(run);
  std::error_code error;
  if (!std::filesystem::exists(directory.config(), error))
    throw Error(ErrorKind::usage, run.string(), "is no run directory: it has no config.yaml",
                "name a directory that `vit train` has written");
  RunReport report;
  try {
    // The weights are the checkpoint's, and nothing is trained.
    BuiltExperiment built(load_experiment(directory.config(), {"init.weights=null"}),
                          Purpose::evaluation);
    report = run_report(directory, built.experiment, parameter_count(built.task->network()),
                        report_curves(built));
    const std::filesystem::path checkpoint = checkpoint_to_keep(directory);
    if (std::filesystem::exists(checkpoint, error)) {
      const auto evaluation = evaluate_checkpoint(built, checkpoint);
      add_evaluation(report, *evaluation, *built.data.val);
      if (auto batch = batch_section(built)) report.sections.push_back(std::move(*batch));
      // Those of an older version have none; what a complete run has written stays as it is.
      if (!std::filesystem::exists(directory.predictions(), error))
        write_predictions(directory, *evaluation);
    } else {
      report.warnings.emplace_back("There is no checkpoint yet to evaluate.");
    }
  } catch (const Error& problem) {
    report = run_report(directory, load_experiment(directory.config()), std::nullopt, {});
    report.warnings.push_back(
        str("Nothing was evaluated for this report: ", problem.where(), ": ", problem.problem()));
  }
  write_report(directory, report);
  return directory.report();
}

std::filesystem::path checkpoint_to_keep(const RunDirectory& directory) {
  std::error_code error;
  return std::filesystem::exists(directory.best_checkpoint(), error) ? directory.best_checkpoint()
                                                                     : directory.last_checkpoint();
}

std::unique_ptr<Evaluation> evaluate_checkpoint(BuiltExperiment& built,
                                                const std::filesystem::path& checkpoint) {
  built.forget_averages();
  merge_lora(built.task->network().module());
  built.task->load(checkpoint);
  std::unique_ptr<Evaluation> evaluation = built.task->evaluation();
  const TrainingParts parts = built.parts();
  run_evaluation(*evaluation, *built.task, *built.data.val, *built.val_pipeline, parts.loader,
                 built.device, training_type(parts));
  return evaluation;
}

std::vector<ScheduleCurve> report_curves(BuiltExperiment& built,
                                         const std::vector<double>& metrics) {
  constexpr std::int64_t kPoints = 200;
  const std::int64_t updates = training_schedule(built.parts()).total_updates();
  return built.curves(static_cast<std::size_t>(std::min(kPoints, updates)), metrics);
}

}  // namespace vit
