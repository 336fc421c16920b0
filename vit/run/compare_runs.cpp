#include "vit/run/compare_runs.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <system_error>

#include "vit/core/error.h"
#include "vit/experiment/config_difference.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

ComparedRun open_run(const fs::path& path) {
  const RunDirectory directory(path);
  std::error_code error;
  if (!fs::exists(directory.config(), error))
    throw Error(ErrorKind::usage, path.string(), "is no run directory: it has no config.yaml",
                "name directories that `vit train` has written; `vit runs list` shows them");
  auto entry = run_entry(path, fs::absolute(path).lexically_normal().filename().string());
  if (!entry || entry->record.metrics.empty())
    throw Error(ErrorKind::usage, path.string(), "the run does not say what it was judged by",
                "its config is of another version, or damaged");
  ComparedRun run{std::move(*entry), load_experiment(directory.config()), {}};
  if (fs::exists(directory.summary(), error)) run.history = read_csv(directory.summary());
  return run;
}

/// Whether a difference in this key makes two runs different experiments.
bool tells_apart(const std::string& key) { return key != "seed" && !changes_no_result(key); }

bool differ_by_seed_alone(const Experiment& a, const Experiment& b) {
  const std::vector<ConfigChange> changes = config_changes(a, b);
  return std::none_of(changes.begin(), changes.end(),
                      [](const ConfigChange& change) { return tells_apart(change.key); });
}

/// What the names of a group's runs begin with: `a` of `a-0`, `a-1`; the first name where that is
/// nothing.
std::string common_name(const std::vector<ComparedRun>& runs, const std::vector<std::size_t>& of) {
  std::string name = runs[of.front()].entry.name;
  if (of.size() == 1) return name;
  for (const std::size_t i : of) {
    const std::string& other = runs[i].entry.name;
    const auto end = std::mismatch(name.begin(), name.end(), other.begin(), other.end()).first;
    name.erase(end, name.end());
  }
  name.erase(name.find_last_not_of("-_.= ") + 1);
  for (const char* word : {"seed", "Seed"})
    if (name.ends_with(word)) name.erase(name.size() - std::string_view(word).size());
  name.erase(name.find_last_not_of("-_.= ") + 1);
  return name.empty() ? runs[of.front()].entry.name : name;
}

std::optional<double> value_of_run(const ComparedRun& run, const std::string& metric) {
  return run.entry.metrics.at(*run.entry.metric(metric)).best;
}

std::vector<RunGroup> group_runs(const std::vector<ComparedRun>& runs, const Metric& metric) {
  std::vector<RunGroup> groups;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const RunGroup& group) {
      return differ_by_seed_alone(runs[group.runs.front()].experiment, runs[i].experiment);
    });
    if (same != groups.end())
      same->runs.push_back(i);
    else
      groups.push_back({.runs = {i}});
  }
  std::set<std::string> taken;
  for (RunGroup& group : groups) {
    group.name = common_name(runs, group.runs);
    if (!taken.insert(group.name).second) {
      group.name = runs[group.runs.front()].entry.path.string();
      taken.insert(group.name);
    }
    for (const std::size_t i : group.runs)
      if (const auto value = value_of_run(runs[i], metric.name)) group.values.push_back(*value);
    const auto n = static_cast<double>(group.values.size());
    group.mean = std::accumulate(group.values.begin(), group.values.end(), 0.0) / n;
    double squares = 0;
    for (const double value : group.values) squares += (value - group.mean) * (value - group.mean);
    group.deviation = n > 1 ? std::sqrt(squares / (n - 1)) : std::nan("");
  }
  return groups;
}

std::vector<GroupDifference> group_differences(const std::vector<ComparedRun>& runs,
                                               const std::vector<RunGroup>& groups) {
  const Experiment& first = runs[groups.front().runs.front()].experiment;
  std::map<std::string, GroupDifference> found;
  for (std::size_t g = 1; g < groups.size(); ++g)
    for (const ConfigChange& change :
         config_changes(first, runs[groups[g].runs.front()].experiment)) {
      if (!tells_apart(change.key)) continue;
      auto [row, is_new] = found.try_emplace(change.key);
      if (is_new) row->second = {change.key, std::vector(groups.size(), change.before)};
      row->second.values[g] = change.now;
    }
  std::vector<GroupDifference> differences;
  for (auto& [key, row] : found) differences.push_back(std::move(row));
  return differences;
}

struct Answers {
  std::vector<bool> right;
  std::vector<std::string> questions;  ///< index and true class of each
};

std::optional<Answers> answers_of(const ComparedRun& run) {
  const RunDirectory directory(run.entry.path);
  std::error_code error;
  if (!fs::exists(directory.predictions(), error)) return std::nullopt;
  const CsvTable table = read_csv(directory.predictions());
  const auto index = table.column("index"), right = table.column("right"),
             truth = table.column("truth");
  if (!index || !right || !truth)
    throw Error(ErrorKind::data, directory.predictions().string(),
                "lacks a column of index, right, truth",
                "remove it; `vit runs report` writes it anew");
  Answers answers;
  for (const auto& row : table.rows) {
    answers.right.push_back(row[*right] == "1");
    answers.questions.push_back(row[*index] + " " + row[*truth]);
  }
  return answers;
}

/// Compares two runs image by image; nothing, and why, where that cannot be done.
std::optional<ImageComparison> compare_images(const std::vector<ComparedRun>& runs, std::size_t a,
                                              std::size_t b, std::string& why_not) {
  const auto first = answers_of(runs[a]), second = answers_of(runs[b]);
  if (!first || !second) {
    const ComparedRun& without = runs[first ? b : a];
    why_not =
        without.entry.name + " has no predictions.csv" +
        (without.entry.record.task == "classify"
             ? "; `vit runs report " + without.entry.path.string() + "` writes it"
             : ": answers of the task " + without.entry.record.task + " are not right or wrong");
    return std::nullopt;
  }
  if (first->questions != second->questions) {
    why_not = runs[a].entry.name + " and " + runs[b].entry.name +
              " were not evaluated on the same images";
    return std::nullopt;
  }
  ImageComparison found{.a = a, .b = b, .images = static_cast<std::int64_t>(first->right.size())};
  for (std::size_t i = 0; i < first->right.size(); ++i) {
    found.only_a += first->right[i] && !second->right[i];
    found.only_b += second->right[i] && !first->right[i];
  }
  found.p = mcnemar_p(found.only_a, found.only_b);
  return found;
}

GroupComparison compare_groups(const Comparison& all, std::size_t group) {
  const RunGroup &first = all.groups.front(), &other = all.groups[group];
  GroupComparison found{.group = group, .difference = other.mean - first.mean};
  std::map<std::int64_t, std::size_t> by_seed;
  for (const std::size_t i : first.runs) by_seed.emplace(all.runs[i].experiment.seed, i);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::vector<double> differences;
  for (const std::size_t i : other.runs) {
    const auto partner = by_seed.find(all.runs[i].experiment.seed);
    if (partner == by_seed.end()) continue;
    const auto a = value_of_run(all.runs[partner->second], all.metric.name);
    const auto b = value_of_run(all.runs[i], all.metric.name);
    if (!a || !b) continue;
    pairs.emplace_back(partner->second, i);
    differences.push_back(*b - *a);
    by_seed.erase(partner);  // the same seed twice: each run has one partner
  }
  found.pairs = static_cast<std::int64_t>(pairs.size());
  if (pairs.size() > 1) {
    found.interval = bootstrap_mean(differences);
    found.difference = std::accumulate(differences.begin(), differences.end(), 0.0) /
                       static_cast<double>(differences.size());
  } else if (pairs.empty() && first.values.size() > 1 && other.values.size() > 1) {
    found.interval = bootstrap_difference(first.values, other.values);
  }
  if (pairs.empty()) pairs.emplace_back(first.runs.front(), other.runs.front());
  for (const auto& [a, b] : pairs)
    if (const auto images = compare_images(all.runs, a, b, found.no_images))
      found.images.push_back(*images);
  return found;
}

std::string metric_text(const Metric& metric, double value) {
  return metric.percent ? fixed(value, 2) : significant(value, 4);
}

std::string with_sign(const Metric& metric, double value) {
  return (value >= 0 ? "+" : "") + metric_text(metric, value);
}

}  // namespace

Comparison compare_runs(const std::vector<fs::path>& runs, const std::string& metric) {
  Comparison all;
  std::set<fs::path> named;
  for (const fs::path& path : runs) {
    if (!named.insert(fs::weakly_canonical(path)).second)
      throw Error(ErrorKind::usage, path.string(), "is named twice",
                  "name each run once: a run is no repetition of itself");
    all.runs.push_back(open_run(path));
  }
  const RunEntry& first = all.runs.front().entry;
  const std::string name = metric.empty() ? first.record.metrics.front().name : metric;
  for (const ComparedRun& run : all.runs)
    if (!run.entry.metric(name)) {
      std::string known;
      for (const Metric& one : run.entry.record.metrics)
        known += (known.empty() ? "" : ", ") + one.name;
      throw Error(ErrorKind::usage, run.entry.path.string(), "has no metric `" + name + "`",
                  "it has " + known + (metric.empty() ? "; choose one with --metric" : ""));
    }
  all.metric = first.record.metrics[*first.metric(name)];
  all.groups = group_runs(all.runs, all.metric);
  all.differences = group_differences(all.runs, all.groups);
  for (std::size_t g = 1; g < all.groups.size(); ++g)
    all.comparisons.push_back(compare_groups(all, g));
  return all;
}

std::string group_value_text(const Metric& metric, const RunGroup& group) {
  if (group.values.empty()) return "-";
  std::string text = metric_text(metric, group.mean);
  if (!std::isnan(group.deviation)) text += " ± " + metric_text(metric, group.deviation);
  return text + (metric.percent ? " %" : "");
}

std::vector<std::string> comparison_text(const Comparison& comparison, const GroupComparison& one) {
  constexpr std::int64_t kFewSeeds = 5;
  const Metric& metric = comparison.metric;
  const RunGroup &first = comparison.groups.front(), &other = comparison.groups[one.group];
  const char* unit = metric.percent ? " points" : "";
  std::vector<std::string> lines;
  std::string line = str(other.name, " - ", first.name, ": ", metric.shown_as(), " ",
                         with_sign(metric, one.difference), unit);
  if (one.interval) {
    line += str(", 95 % interval ", with_sign(metric, one.interval->low), " to ",
                with_sign(metric, one.interval->high), " (",
                one.pairs > 0 ? str("paired bootstrap over ", one.pairs, " seeds")
                              : std::string("bootstrap; no seed is in both"),
                ")");
    const auto seeds =
        one.pairs > 0
            ? one.pairs
            : static_cast<std::int64_t>(std::min(first.values.size(), other.values.size()));
    if (seeds < kFewSeeds) line += "; of so few seeds the interval is too narrow";
  } else {
    line += "; one seed each says nothing of the spread over seeds";
  }
  lines.push_back(std::move(line));
  for (const ImageComparison& images : one.images)
    lines.push_back(str(comparison.runs[images.b].entry.name, " and ",
                        comparison.runs[images.a].entry.name, " on ", grouped(images.images),
                        " images: only the first is right on ", grouped(images.only_b),
                        ", only the second on ", grouped(images.only_a),
                        "; p = ", significant(images.p, 2), " (McNemar, exact)"));
  if (one.images.empty()) lines.push_back("image by image: " + one.no_images);
  return lines;
}

}  // namespace vit
