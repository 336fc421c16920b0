#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/core/str.h"
#include "vit/core/text.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"
#include "vit/report/table.h"
#include "vit/run/run_filter.h"
#include "vit/run/run_list.h"

namespace vit::cli {
namespace {

struct ListArguments {
  std::vector<std::string> folders;
  std::string filter, sort;
  bool json = false;
};

nlohmann::json or_null(std::optional<double> value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

nlohmann::ordered_json json_of(const RunEntry& run) {
  const RunRecord& record = run.record;
  nlohmann::ordered_json best = nlohmann::ordered_json::object(), last = best;
  for (std::size_t i = 0; i < run.metrics.size(); ++i) {
    best[record.metrics[i].name] = or_null(run.metrics[i].best);
    last[record.metrics[i].name] = or_null(run.metrics[i].last);
  }
  nlohmann::ordered_json json = {
      {"name", run.name},       {"path", run.path.string()}, {"status", run_state_name(run.state)},
      {"task", record.task},    {"model", record.model},     {"data", record.data},
      {"seed", record.seed},    {"epochs", run.epochs},      {"epochs_planned", record.epochs},
      {"seconds", run.seconds}, {"started", record.started}};
  if (!record.metrics.empty()) json["metric"] = record.metrics.front().name;
  json["best"] = std::move(best);
  json["last"] = std::move(last);
  if (!record.problem.empty() && run.state == RunState::failed) json["problem"] = record.problem;
  return json;
}

std::string value_text(const Metric& metric, std::optional<double> value) {
  if (!value) return "-";
  return metric.percent ? fixed(*value, 2) + " %" : significant(*value, 4);
}

void print_table(const std::vector<RunEntry>& runs, const std::string& sorted_by) {
  TextTable table({{"run"},
                   {"status"},
                   {"task"},
                   {"model"},
                   {"data"},
                   {"epochs", Align::right},
                   {"metric"},
                   {"best", Align::right},
                   {"last", Align::right},
                   {"time", Align::right}});
  for (const RunEntry& run : runs) {
    const RunRecord& record = run.record;
    // Of the metric that the runs are sorted by, else of that which decides.
    const std::size_t shown = run.metric(sorted_by).value_or(0);
    const bool judged = !record.metrics.empty();
    table.add({printable(run.name), std::string(run_state_name(run.state)),
               record.task.empty() ? "?" : record.task, record.model, record.data,
               record.epochs > 0 ? str(run.epochs, "/", record.epochs) : str(run.epochs),
               judged ? record.metrics[shown].shown_as() : "-",
               judged ? value_text(record.metrics[shown], run.metrics[shown].best) : "-",
               judged ? value_text(record.metrics[shown], run.metrics[shown].last) : "-",
               run.epochs > 0 ? human_duration(run.seconds) : "-"});
  }
  print(table.text());
}

void list(const ListArguments& arguments) {
  std::optional<RunFilter> filter;
  if (!arguments.filter.empty()) filter.emplace(arguments.filter);
  std::vector<RunEntry> runs;
  for (const std::string& folder : arguments.folders) {
    std::vector<RunEntry> found = list_runs(folder);
    if (arguments.folders.size() > 1)
      for (RunEntry& run : found) run.name = run.path.string();
    std::move(found.begin(), found.end(), std::back_inserter(runs));
  }
  const bool none = runs.empty();
  if (filter) runs = filter->of(std::move(runs));
  if (!arguments.sort.empty()) sort_runs(runs, arguments.sort);
  if (arguments.json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const RunEntry& run : runs) all.push_back(json_of(run));
    print_json({{"runs", std::move(all)}});
  } else if (runs.empty()) {
    print(none ? "no runs in " + arguments.folders.front() : "no run fulfils the filter");
  } else {
    print_table(runs, arguments.sort);
  }
}

}  // namespace

void add_runs_list(CLI::App& runs) {
  CLI::App* command = runs.add_subcommand("list", "What runs there are, and what came of them");
  command->footer(
      "Status: running, done, failed (an error ended it), stopped (interrupted, all is saved),\n"
      "killed (it ended without a word).\n"
      "Filters compare name, status, task, model, data, started, seed, epochs, time (seconds),\n"
      "best, last, a metric, last.METRIC, or a key of an experiment by ==, !=, <, <=, >, >= or ~\n"
      "(a pattern with * and ?), joined by and, or, not.\n"
      "Examples:\n"
      "  vit runs list\n"
      "  vit runs list runs/sweep --sort top1\n"
      "  vit runs list --filter 'status == done and optim.lr <= 1e-3 and model ~ vit_*'");
  const auto arguments = std::make_shared<ListArguments>();
  arguments->folders = {"runs"};
  command->add_option("folder", arguments->folders, "Folders that hold runs; default: runs")
      ->type_name("FOLDER…");
  command->add_option("--filter", arguments->filter, "Only the runs that fulfil this")
      ->type_name("EXPR");
  command
      ->add_option("--sort", arguments->sort,
                   "A metric (best runs first), or name, status, task, model, data, epochs, seed, "
                   "time, started")
      ->type_name("METRIC");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { list(*arguments); });
}

}  // namespace vit::cli
