#include <cmath>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "apps/commands.h"
#include "apps/output.h"
#include "vit/core/str.h"
#include "vit/core/text.h"
#include "vit/io/atomic_file.h"
#include "vit/report/humanize.h"
#include "vit/report/table.h"
#include "vit/run/compare_runs.h"

namespace vit::cli {
namespace {

struct CompareArguments {
  std::vector<std::string> runs;
  std::string metric, output;
  bool json = false;
};

nlohmann::json number_or_null(double value) {
  return std::isfinite(value) ? nlohmann::json(value) : nlohmann::json();
}

nlohmann::ordered_json json_of(const Comparison& comparison) {
  nlohmann::ordered_json groups = nlohmann::ordered_json::array(), differences = groups,
                         comparisons = groups;
  const auto name_of = [&](std::size_t run) { return comparison.runs[run].entry.path.string(); };
  for (const RunGroup& group : comparison.groups) {
    nlohmann::ordered_json runs = nlohmann::ordered_json::array();
    for (const std::size_t i : group.runs)
      runs.push_back(
          {{"path", name_of(i)},
           {"seed", comparison.runs[i].experiment.seed},
           {"status", run_state_name(comparison.runs[i].entry.state)},
           {"best", number_or_null(
                        comparison.runs[i]
                            .entry.metrics[*comparison.runs[i].entry.metric(comparison.metric.name)]
                            .best.value_or(NAN))}});
    groups.push_back({{"name", group.name},
                      {"mean", number_or_null(group.mean)},
                      {"std", number_or_null(group.deviation)},
                      {"runs", std::move(runs)}});
  }
  for (const GroupDifference& row : comparison.differences)
    differences.push_back({{"key", row.key}, {"values", row.values}});
  for (const GroupComparison& one : comparison.comparisons) {
    nlohmann::ordered_json json = {{"group", comparison.groups[one.group].name},
                                   {"to", comparison.groups.front().name},
                                   {"difference", number_or_null(one.difference)},
                                   {"pairs", one.pairs}};
    if (one.interval) json["interval"] = {one.interval->low, one.interval->high};
    json["images"] = nlohmann::ordered_json::array();
    for (const ImageComparison& images : one.images)
      json["images"].push_back({{"a", name_of(images.a)},
                                {"b", name_of(images.b)},
                                {"images", images.images},
                                {"only_a", images.only_a},
                                {"only_b", images.only_b},
                                {"p", images.p}});
    comparisons.push_back(std::move(json));
  }
  return {{"metric", comparison.metric.name},
          {"groups", std::move(groups)},
          {"differences", std::move(differences)},
          {"comparisons", std::move(comparisons)}};
}

void print_comparison(const Comparison& comparison) {
  const Metric& metric = comparison.metric;
  TextTable table({{"experiment"},
                   {"best " + metric.shown_as(), Align::right},
                   {"seeds", Align::right},
                   {"time a run", Align::right},
                   {"runs"}});
  for (const RunGroup& group : comparison.groups) {
    std::string runs;
    double seconds = 0;
    for (const std::size_t i : group.runs) {
      const RunEntry& run = comparison.runs[i].entry;
      runs += (runs.empty() ? "" : " ") + printable(run.name);
      if (run.state != RunState::done) runs += str(" (", run_state_name(run.state), ")");
      seconds += run.seconds / static_cast<double>(group.runs.size());
    }
    table.add({printable(group.name), group_value_text(metric, group),
               std::to_string(group.runs.size()), human_duration(seconds), runs});
  }
  print(table.text());
  if (comparison.groups.size() < 2) {
    const std::vector<std::size_t>& all = comparison.groups.front().runs;
    std::set<std::int64_t> seeds;
    for (const std::size_t i : all) seeds.insert(comparison.runs[i].experiment.seed);
    print(all.size() == 1             ? "name another run to compare it with"
          : seeds.size() < all.size() ? "the runs repeat each other: two have the same seed"
                                      : "the runs differ by their seed alone");
    return;
  }
  std::vector<TableColumn> columns{{"key"}};
  for (const RunGroup& group : comparison.groups) columns.push_back({printable(group.name)});
  TextTable differences(columns);
  for (const GroupDifference& row : comparison.differences) {
    std::vector<std::string> cells{row.key};
    for (const std::string& value : row.values)
      cells.push_back(value.empty() ? "-" : printable(value));
    differences.add(std::move(cells));
  }
  print(differences.text());
  for (const GroupComparison& one : comparison.comparisons) {
    bool first = true;
    for (const std::string& line : comparison_text(comparison, one)) {
      print((first ? "" : "  ") + printable(line, 1000));
      first = false;
    }
  }
}

void compare(const CompareArguments& arguments) {
  const Comparison comparison =
      compare_runs({arguments.runs.begin(), arguments.runs.end()}, arguments.metric);
  if (!arguments.output.empty())
    write_file_atomically(arguments.output, comparison_page(comparison));
  if (arguments.json) {
    print_json(json_of(comparison));
    return;
  }
  print_comparison(comparison);
  if (!arguments.output.empty()) print("page: " + arguments.output);
}

}  // namespace

void add_runs_compare(CLI::App& runs) {
  CLI::App* command = runs.add_subcommand(
      "compare", "What differs between runs in config and result, and whether by chance");
  command->footer(
      "Runs that differ by their seed alone are taken together. Each such group is held against\n"
      "the first: the difference of its best values, with a 95 % interval by the paired bootstrap\n"
      "over seeds, and where answers are right or wrong McNemar's test on the images.\n"
      "Examples:\n"
      "  vit runs compare runs/a runs/b\n"
      "  vit runs compare runs/small-* runs/large-* --output page.html");
  const auto arguments = std::make_shared<CompareArguments>();
  command->add_option("runs", arguments->runs, "Run directories")->required()->type_name("RUN…");
  command
      ->add_option("--metric", arguments->metric,
                   "Compare by this metric; default: the one that decides")
      ->type_name("NAME");
  command->add_option("--output", arguments->output, "Also write a page with all curves")
      ->type_name("FILE.html");
  command->add_flag("--json", arguments->json, "Print one JSON object");
  command->callback([arguments] { compare(*arguments); });
}

}  // namespace vit::cli
