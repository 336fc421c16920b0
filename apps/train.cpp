#include <cmath>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/io/atomic_file.h"
#include "vit/report/json_lines_observer.h"
#include "vit/report/number.h"
#include "vit/report/progress_observer.h"
#include "vit/report/step_profile_text.h"
#include "vit/run/run.h"
#include "vit/train/interrupt.h"
#include "vit/train/run_directory.h"

namespace vit::cli {
namespace {

struct TrainArguments {
  std::string experiment, output, resume;
  std::vector<std::string> sets;
  std::int64_t profile = 0;
  std::string trace = "trace.json";
  bool dry_run = false, find_lr = false, find_batch_size = false, allow_change = false,
       json = false, json_lines = false, quiet = false;
};

void print_result(const RunResult& result) {
  const Metric& best = result.best.front();
  const RunDirectory run(result.directory);
  if (std::isnan(best.value))
    log::warn(best.shown_as() +
              " is of no epoch a number: the validation data holds nothing that "
              "could be right or wrong");
  std::string line = "\nbest " + best.shown_as() + " " + fixed(best.value, best.percent ? 2 : 4) +
                     (best.percent ? " %" : "") + " on unseen images (epoch " +
                     std::to_string(result.best_epoch);
  if (best.percent && result.headline && result.headline->chance)
    line += "; chance is " + fixed(*result.headline->chance, 2) + " %";
  print(line + ")");
  print("  report      " + run.report().string());
  const bool has_best = std::filesystem::exists(run.best_checkpoint());
  print("  weights     " + (has_best ? run.best_checkpoint() : run.last_checkpoint()).string());
  if (std::filesystem::exists(run.torchscript()))
    print("  TorchScript " + run.torchscript().string());
  print("next: vit predict " + result.directory.string() + " IMAGE…");
}

void train(const TrainArguments& arguments) {
  RunRequest request;
  request.experiment = arguments.experiment;
  request.sets = arguments.sets;
  request.dry_run = arguments.dry_run;
  request.find_lr = arguments.find_lr;
  request.find_batch_size = arguments.find_batch_size;
  request.profile = arguments.profile;
  request.allow_change = arguments.allow_change;
  if (!arguments.output.empty()) request.output = arguments.output;
  if (!arguments.resume.empty()) request.resume = arguments.resume;

  const InterruptScope interrupt;
  RunResult result;
  if (arguments.quiet || arguments.json_lines) log::set_console_level(log::Level::warn);
  if (arguments.json_lines) {
    JsonLinesObserver lines([](const std::string& line) { print(line); });
    result = run_experiment(request, {&lines}, &interrupt.requested());
  } else if (arguments.quiet) {
    result = run_experiment(request, {}, &interrupt.requested());
  } else {
    ProgressObserver progress;
    result = run_experiment(request, {&progress}, &interrupt.requested());
  }
  if (result.profile) {
    write_file_atomically(arguments.trace, trace_json(*result.profile));
    print(profile_table(*result.profile));
    print("trace for ui.perfetto.dev or chrome://tracing: " + arguments.trace);
    return;
  }
  if (arguments.dry_run || arguments.find_lr || arguments.find_batch_size) return;
  if (result.end == TrainingEnd::stopped) {
    const RunDirectory run(result.directory);
    throw Error(ErrorKind::interrupted, result.directory.string(),
                "interrupted; everything up to here is saved",
                "go on with: vit train " + run.config().string() + " --output " +
                    result.directory.string() + " --resume auto");
  }
  if (arguments.json || arguments.json_lines) {
    nlohmann::json object{{"run", result.directory.string()}, {"best_epoch", result.best_epoch}};
    if (result.headline && result.headline->chance) object["chance"] = *result.headline->chance;
    for (const Metric& metric : result.best) object["eval_" + metric.name] = metric.value;
    if (arguments.json_lines) object["event"] = "end";
    print_json(object);
  } else if (!arguments.quiet) {
    print_result(result);
  }
}

}  // namespace

void add_train(CLI::App& program) {
  CLI::App* command = program.add_subcommand("train", "Train a model as an experiment file says");
  command->footer(
      "Examples:\n"
      "  vit train experiments/quickstart.yaml\n"
      "  vit train mine.yaml --set optim.lr=1e-3 --set schedule.epochs=20\n"
      "  vit train mine.yaml --dry-run             check everything, draw the schedules\n"
      "  vit train mine.yaml --output runs/mine --resume auto\n"
      "`vit config` lists every key of an experiment file.");
  const auto arguments = std::make_shared<TrainArguments>();
  command->add_option("experiment", arguments->experiment, "Experiment file (YAML)")->required();
  add_sets(*command, arguments->sets);
  command
      ->add_option("--output", arguments->output,
                   "Run directory; default: runs/NAME, numbered where it is taken")
      ->type_name("DIR");
  command
      ->add_option("--resume", arguments->resume,
                   "`auto` (the run's last checkpoint, if any) or a checkpoint file")
      ->type_name("auto|FILE");
  command->add_flag("--dry-run", arguments->dry_run,
                    "Check config, data and model, and train nothing");
  command->add_flag("--find-lr", arguments->find_lr,
                    "Only try growing learning rates, and suggest one");
  command->add_flag("--find-batch-size", arguments->find_batch_size,
                    "Only measure growing batches, and suggest one");
  command
      ->add_option("--profile", arguments->profile,
                   "Only tell where the time of this many steps goes, by model part")
      ->check(CLI::Range(1, 1000))
      ->type_name("STEPS");
  command->add_option("--trace", arguments->trace, "With --profile: the trace's file")
      ->type_name("FILE")
      ->capture_default_str();
  command->add_flag("--allow-change", arguments->allow_change,
                    "Go on although the config is another than the checkpoint's");
  command->add_flag("--json", arguments->json, "Print the result as one JSON object");
  command->add_flag("--json-lines", arguments->json_lines,
                    "Print progress, epochs and the result as JSON objects, one a line");
  command->add_flag("--quiet", arguments->quiet, "Show nothing but warnings and errors");
  command->callback([arguments] { train(*arguments); });
}

}  // namespace vit::cli
