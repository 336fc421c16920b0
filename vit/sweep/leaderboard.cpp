#include "vit/sweep/leaderboard.h"

#include <algorithm>
#include <tuple>

#include "vit/core/str.h"
#include "vit/io/atomic_file.h"
#include "vit/report/csv.h"

namespace vit {
namespace {

/// Figures that are the same on every machine.
constexpr const char* kSizes[] = {"parameters", "multiply_adds"};

CsvCell number_cell(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  if (static_cast<double>(whole) == value) return whole;
  return value;
}

}  // namespace

std::optional<double> figure_of(const JournalTrial& trial, const std::string& name) {
  std::optional<double> found;
  for (const auto& [epochs, result] : trial.results)
    for (const auto& [known, value] : result.figures)
      if (known == name) found = value;
  return found;
}

std::vector<Standing> standings(const SweepPlan& plan, const Journal& journal) {
  std::vector<Standing> all;
  for (std::size_t i = 0; i < journal.trials().size(); ++i) {
    const JournalTrial& trial = journal.trials()[i];
    Standing standing{static_cast<std::int64_t>(i), "running", 0, {}, 0, &trial};
    if (!trial.results.empty()) {
      const auto& [epochs, result] = *trial.results.rbegin();
      standing.epochs = epochs;
      standing.value = result.value;
      standing.best_epoch = result.best_epoch;
      const bool last = plan.is_last({standing.trial, 0, epochs});
      standing.state = last ? "complete" : trial.closed ? "stopped" : "running";
    }
    if (trial.failure) standing.state = "failed";
    all.push_back(standing);
  }
  const auto key = [&](const Standing& s) {
    const bool counts = s.value && s.state != "failed";
    return std::tuple(!counts, counts ? -s.epochs : 0, counts ? plan.subject().loss(*s.value) : 0.0,
                      s.trial);
  };
  // Trials of other lengths compare by their metric where their length is what is tried.
  const bool by_length = plan.sweep().options.method == "asha";
  std::stable_sort(all.begin(), all.end(), [&](const Standing& a, const Standing& b) {
    auto left = key(a), right = key(b);
    if (!by_length) std::get<1>(left) = std::get<1>(right) = 0;
    return left < right;
  });
  return all;
}

std::optional<std::pair<std::int64_t, double>> best_trial(const SweepPlan& plan,
                                                          const Journal& journal) {
  const auto all = standings(plan, journal);
  if (all.empty() || !all.front().value || all.front().state == "failed") return std::nullopt;
  return std::pair(all.front().trial, *all.front().value);
}

void write_leaderboard(const SweepPlan& plan, const Journal& journal) {
  const auto& parameters = plan.sweep().space.parameters;
  const auto all = standings(plan, journal);
  std::vector<std::string> figures;
  for (const char* name : kSizes)
    if (std::any_of(all.begin(), all.end(),
                    [&](const Standing& s) { return figure_of(*s.record, name).has_value(); }))
      figures.emplace_back(name);
  for (const AlsoEvaluated& other : plan.sweep().also) figures.push_back(other.name);
  const std::string metric = (plan.sweep().trains() ? "eval_" : "") + plan.subject().metric;
  std::string text = "rank,trial,state,epochs,best_epoch," + csv_cell(metric);
  for (const Parameter& parameter : parameters) text += "," + csv_cell(parameter.name);
  for (const std::string& name : figures) text += "," + csv_cell(name);
  text += "\n";
  std::int64_t rank = 0;
  for (const Standing& s : all) {
    const bool counts = s.value && s.state != "failed";
    text += (counts ? std::to_string(++rank) : "") + "," + std::to_string(s.trial) + "," + s.state +
            "," + std::to_string(s.epochs) + "," +
            (counts && s.best_epoch > 0 ? std::to_string(s.best_epoch) : "") + "," +
            (s.value ? csv_cell(number_cell(*s.value)) : "");
    for (const Parameter& parameter : parameters) {
      const auto value = s.record->values.find(parameter.name);
      text += ",";
      if (value == s.record->values.end()) continue;
      text += parameter.kind == Parameter::Kind::choice
                  ? csv_cell(CsvCell(parameter.text(value->second)))
                  : csv_cell(number_cell(value->second));
    }
    for (const std::string& name : figures) {
      text += ",";
      if (const auto value = figure_of(*s.record, name)) text += csv_cell(number_cell(*value));
    }
    text += "\n";
  }
  write_file_atomically(plan.folder().leaderboard(), text);
}

}  // namespace vit
