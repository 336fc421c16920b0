#include <memory>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "apps/sets.h"
#include "vit/core/error.h"
#include "vit/core/str.h"
#include "vit/report/number.h"
#include "vit/sweep/sweep.h"
#include "vit/train/interrupt.h"

namespace vit::cli {
namespace {

struct SweepArguments {
  std::string file, output, folder;
  std::vector<std::string> sets;
  std::int64_t workers = 1;
  bool dry_run = false, any_machine = false, json = false;
};

void print_outcome(const SweepOutcome& outcome, const SweepArguments& arguments,
                   const std::string& again) {
  const SweepFolder folder(outcome.folder);
  const Standing* best = nullptr;
  if (!outcome.trials.empty() && outcome.trials.front().value) best = &outcome.trials.front();
  if (outcome.interrupted && arguments.workers > 0)
    throw Error(ErrorKind::interrupted, folder.root().string(),
                "interrupted; every trial up to here is saved", "go on with: " + again);
  if (arguments.json) {
    nlohmann::json object{{"sweep", folder.root().string()},
                          {"trials", outcome.trials.size()},
                          {"failed", outcome.failed}};
    if (best != nullptr) {
      object["best_trial"] = best->trial;
      object[outcome.metric] = *best->value;
      object["run"] = folder.trial(best->trial).string();
    }
    return print_json(object);
  }
  if (arguments.workers == 0)
    return print("the sweep is set up; work on it with: vit sweep work " + folder.root().string());
  if (best != nullptr)
    print(str("\nbest ", outcome.metric, " ", significant(*best->value, 6), " by trial ",
              best->trial, " of ", outcome.trials.size(),
              outcome.failed > 0 ? str("; ", outcome.failed, " failed") : ""));
  print("  report      " + folder.report().string());
  print("  leaderboard " + folder.leaderboard().string());
  if (best != nullptr) print("  best run    " + folder.trial(best->trial).string());
}

void sweep(const SweepArguments& arguments) {
  SweepRequest request;
  request.file = arguments.file;
  if (!arguments.output.empty()) request.output = arguments.output;
  request.sets = arguments.sets;
  request.workers = arguments.workers;
  request.dry_run = arguments.dry_run;
  request.any_machine = arguments.any_machine;
  const InterruptScope interrupt;
  const SweepOutcome outcome = run_sweep(request, &interrupt.requested());
  if (arguments.dry_run) return;
  print_outcome(outcome, arguments,
                "vit sweep " + arguments.file + " --output " + outcome.folder.string() +
                    str(" --workers ", arguments.workers));
}

void work(const SweepArguments& arguments) {
  const InterruptScope interrupt;
  const SweepOutcome outcome = work_on_sweep(arguments.folder, arguments.workers,
                                             arguments.any_machine, &interrupt.requested());
  print_outcome(outcome, arguments, "vit sweep work " + arguments.folder);
}

CLI::Option* add_workers(CLI::App& command, SweepArguments& arguments, int least) {
  return command
      .add_option("--workers", arguments.workers, "Trials at a time, each a process of its own")
      ->check(CLI::Range(least, 4096))
      ->type_name("N")
      ->capture_default_str();
}

void add_any_machine(CLI::App& command, SweepArguments& arguments) {
  command.add_flag("--any-machine", arguments.any_machine,
                   "Also on a CPU or LibTorch on which results have other last bits");
}

}  // namespace

void add_sweep(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("sweep", "Try many configurations of an experiment, and rank them");
  command->footer(
      "Examples:\n"
      "  vit sweep experiments/studies/pooling.yaml --workers 2\n"
      "  vit sweep mine.yaml --dry-run                 check everything, show what would be tried\n"
      "  vit sweep mine.yaml --output sweeps/mine      goes on there where it was left or killed\n"
      "On a cluster, with the folder on a file system that all nodes see:\n"
      "  vit sweep mine.yaml --output sweeps/mine --workers 0   set it up, once\n"
      "  srun -n 32 vit sweep work sweeps/mine                  or mpirun, parallel, sbatch "
      "--array\n"
      "A sweep file:\n"
      "  experiment: base.yaml\n"
      "  method: tpe                     grid, random, sobol, tpe or asha\n"
      "  trials: 40\n"
      "  space:\n"
      "    optim.lr: {log: [1e-4, 1e-2]}\n"
      "    model.depth: {int: [2, 12]}\n"
      "    optim.opt: {choice: [adamw, sgd]}\n"
      "    optim.momentum: {float: [0.8, 0.99], when: {optim.opt: sgd}}\n"
      "  set: {schedule.epochs: 5}       of every trial\n"
      "  constraints: [\"model.depth <= 8 or optim.lr < 1e-3\"]\n"
      "Results are the same for any number of workers. optuna-dashboard opens sweep.journal.");
  const auto arguments = std::make_shared<SweepArguments>();
  command->add_option("sweep", arguments->file, "Sweep file (YAML)")->type_name("SWEEP.yaml");
  add_sets(*command, arguments->sets);
  command
      ->add_option("--output", arguments->output,
                   "Folder of the sweep; default: sweeps/NAME. Goes on with the one that is there")
      ->type_name("DIR");
  add_workers(*command, *arguments, 0);
  command->add_flag("--dry-run", arguments->dry_run,
                    "Check everything, show what would be tried, and try nothing");
  add_any_machine(*command, *arguments);
  command->add_flag("--json", arguments->json, "Print the result as one JSON object");
  command->require_subcommand(0, 1);
  command->callback([command, arguments] {
    if (!command->get_subcommands().empty()) return;
    if (arguments->file.empty())
      throw Error(ErrorKind::usage, "vit sweep", "needs a sweep file",
                  "`vit sweep --help` shows one");
    sweep(*arguments);
  });

  CLI::App* worker = command->add_subcommand(
      "work", "Work on a sweep that was set up in a folder, beside others, until it is done");
  worker->add_option("folder", arguments->folder, "Folder of the sweep")
      ->required()
      ->type_name("DIR");
  add_workers(*worker, *arguments, 1);
  add_any_machine(*worker, *arguments);
  worker->add_flag("--json", arguments->json, "Print the result as one JSON object");
  worker->callback([arguments] { work(*arguments); });

  CLI::App* report =
      command->add_subcommand("report", "Write leaderboard.csv and report.html of a sweep anew");
  report->add_option("folder", arguments->folder, "Folder of the sweep")
      ->required()
      ->type_name("DIR");
  report->callback([arguments] { print(report_sweep(arguments->folder).string()); });
}

}  // namespace vit::cli
