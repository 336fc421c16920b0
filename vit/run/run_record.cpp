#include "vit/run/run_record.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "vit/core/error.h"
#include "vit/experiment/experiment.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file.h"
#include "vit/report/append_file.h"
#include "vit/train/environment.h"

namespace vit {
namespace {

constexpr std::array<std::string_view, 5> kStateNames = {"running", "done", "failed", "stopped",
                                                         "killed"};
constexpr std::array<std::string_view, 3> kBetterNames = {"larger", "smaller", "neither"};

nlohmann::ordered_json to_json(const RunRecord& record) {
  nlohmann::ordered_json metrics = nlohmann::ordered_json::array();
  for (const Metric& metric : record.metrics)
    metrics.push_back({{"name", metric.name},
                       {"title", metric.shown_as()},
                       {"better", kBetterNames.at(static_cast<std::size_t>(metric.better))},
                       {"percent", metric.percent}});
  nlohmann::ordered_json json = {
      {"task", record.task},       {"model", record.model},
      {"data", record.data},       {"seed", record.seed},
      {"epochs", record.epochs},   {"metrics", std::move(metrics)},
      {"started", record.started}, {"state", run_state_name(record.end)}};
  if (!record.problem.empty()) json["problem"] = record.problem;
  if (!record.base.empty()) json["base"] = record.base;
  for (const ConfigChange& change : record.changes)
    json["changes"].push_back({change.key, change.before, change.now});
  return json;
}

template <std::size_t N>
std::size_t index_of(const std::array<std::string_view, N>& names, const std::string& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::optional<RunRecord> from_json(const nlohmann::json& json) {
  RunRecord record;
  try {
    record.task = json.at("task").get<std::string>();
    record.model = json.at("model").get<std::string>();
    record.data = json.at("data").get<std::string>();
    record.started = json.at("started").get<std::string>();
    record.seed = json.at("seed").get<std::int64_t>();
    record.epochs = json.at("epochs").get<std::int64_t>();
    for (const auto& metric : json.at("metrics")) {
      const std::size_t better = index_of(kBetterNames, metric.at("better").get<std::string>());
      const auto name = metric.at("name").get<std::string>();
      const auto title = metric.at("title").get<std::string>();
      record.metrics.push_back({.name = name,
                                .better = static_cast<Better>(std::min<std::size_t>(better, 2)),
                                .title = title == name ? "" : title,
                                .percent = metric.at("percent").get<bool>()});
    }
    const std::size_t state = index_of(kStateNames, json.at("state").get<std::string>());
    record.end = state < kStateNames.size() ? static_cast<RunState>(state) : RunState::running;
    record.problem = json.value("problem", "");
    record.base = json.value("base", "");
    for (const auto& change : json.value("changes", nlohmann::json::array()))
      record.changes.push_back({change.at(0).get<std::string>(), change.at(1).get<std::string>(),
                                change.at(2).get<std::string>()});
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
  return record;
}

/// The record of a run that has none, from what it has left otherwise.
std::optional<RunRecord> older_record(const RunDirectory& directory) {
  try {
    RunRecord record = run_record(load_experiment(directory.config()));
    const auto env = nlohmann::json::parse(text_if_there(directory.environment()), nullptr,
                                           /*allow_exceptions=*/false);
    record.started = env.is_object() ? env.value("started", "") : "";
    const std::string end = end_in_log(directory);
    if (end.starts_with("interrupted")) {
      record.end = RunState::stopped;
    } else if (!end.empty()) {
      record.end = RunState::failed;
      record.problem = end;
    }
    return record;
  } catch (const std::exception&) {  // a config of another version, or damaged files
    return std::nullopt;
  }
}

}  // namespace

std::string_view run_state_name(RunState state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}

RunRecord run_record(const Experiment& experiment) {
  ModelSpec model = experiment.model;  // num_classes() wants to be able to change it
  const auto classes = static_cast<std::size_t>(num_classes(model));
  return {.task = std::string(experiment.task.name()),
          .model = experiment.model.name,
          .data = experiment.data.set.name,
          .started = utc_now(),
          .seed = experiment.seed,
          .epochs = experiment.schedule.epochs,
          .metrics = experiment.task->evaluation(std::vector<std::string>(classes))->metrics()};
}

void write_run_record(const RunDirectory& directory, const RunRecord& record) {
  write_file_atomically(
      directory.record(),
      to_json(record).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

std::optional<RunRecord> read_run_record(const RunDirectory& directory) {
  std::string text;
  try {
    text = read_text_file(directory.record(), 1 << 20);
  } catch (const Error&) {
    return older_record(directory);
  }
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (auto record = from_json(json)) return record;
  return older_record(directory);
}

RunState run_state(const RunDirectory& directory, const RunRecord& record) {
  std::error_code error;
  if (std::filesystem::exists(directory.done(), error)) return RunState::done;
  if (is_locked(directory)) return RunState::running;
  return record.end == RunState::failed || record.end == RunState::stopped ? record.end
                                                                           : RunState::killed;
}

std::string end_in_log(const RunDirectory& directory) {
  std::istringstream lines(text_if_there(directory.log()));
  std::string end;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string day, time, level, rest;
    words >> day >> time >> level;
    std::getline(words >> std::ws, rest);
    if (level == "error" || rest.starts_with("interrupted")) end = rest;
    if (rest.starts_with("run directory")) end.clear();  // it began again
  }
  return end;
}

}  // namespace vit
