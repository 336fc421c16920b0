#include "vit/run/mlflow_export.h"

#include <sys/stat.h>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string_view>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/experiment/config_difference.h"
#include "vit/io/http.h"
#include "vit/io/http_retry.h"
#include "vit/report/append_file.h"
#include "vit/run/run_list.h"

namespace vit {
namespace {

using nlohmann::json;

/// MLflow's REST interface 2.0.
class MlflowServer {
 public:
  explicit MlflowServer(std::string address) : address_(std::move(address)) {
    while (address_.ends_with('/')) address_.pop_back();
    if (!address_.starts_with("http://") && !address_.starts_with("https://"))
      throw Error(ErrorKind::usage, "--mlflow " + printable(address_), "is no address of a server",
                  "give it as http://host:5000");
  }

  [[nodiscard]] const std::string& address() const { return address_; }

  json post(const std::string& method, const json& body) const {
    HttpRequest request{.url = address_ + "/api/2.0/mlflow/" + method,
                        .headers = {"Content-Type: application/json"},
                        .post = body.dump(-1, ' ', false, json::error_handler_t::replace)};
    return answer(std::move(request), method);
  }

  /// The id of the experiment of this name, which is made where there is none.
  [[nodiscard]] std::string experiment(const std::string& name) const {
    const json found = post("experiments/search",
                            {{"max_results", 1}, {"filter", "name = '" + quoted(name) + "'"}});
    const auto all = found.find("experiments");
    if (all != found.end() && !all->empty()) return all->at(0).at("experiment_id");
    return post("experiments/create", {{"name", name}}).at("experiment_id");
  }

 private:
  static std::string quoted(const std::string& name) {
    if (name.find('\'') != std::string::npos)
      throw Error(ErrorKind::usage, "--experiment", "a name with a quote cannot be looked for",
                  "choose another name");
    return name;
  }

  json answer(HttpRequest request, const std::string& method) const {
    if (const char* token = std::getenv("MLFLOW_TRACKING_TOKEN")) request.token = token;
    std::string text;
    const HttpResponse response =
        http_exchange(request, [&](const HttpResponse&, std::span<const std::byte> piece) {
          text.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        });
    if (!response.success() || !response.failure.empty()) {
      const json told = json::parse(response.text, nullptr, /*allow_exceptions=*/false);
      if (told.is_object() && told.contains("message") && told["message"].is_string())
        throw Error(ErrorKind::resource, printable(request.url),
                    "the server refuses " + method + ": " +
                        printable(told["message"].get<std::string>(), 500));
      throw http_error(request.url, "cannot reach MLflow", response);
    }
    json told = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (!told.is_object())
      throw Error(ErrorKind::resource, printable(request.url), "does not answer as MLflow does",
                  "check the address: `mlflow server` prints it");
    return told;
  }

  std::string address_;
};

std::int64_t milliseconds_of(const std::filesystem::path& file) {
  struct stat found {};
  if (::stat(file.c_str(), &found) != 0) return 0;
  return static_cast<std::int64_t>(found.st_mtim.tv_sec) * 1000 + found.st_mtim.tv_nsec / 1'000'000;
}

/// Every number of metrics.jsonl at its step. When it was is not written down: the times lie evenly
/// between the start of the run and its end.
std::vector<json> metrics_of(const RunDirectory& directory, std::int64_t start, std::int64_t end) {
  std::vector<json> lines;
  std::istringstream text(text_if_there(directory.metrics()));
  for (std::string line; std::getline(text, line);) {
    json record = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (record.is_object() && record.contains("step")) lines.push_back(std::move(record));
  }
  std::vector<json> metrics;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::int64_t time = start + (end - start) * static_cast<std::int64_t>(i + 1) /
                                          static_cast<std::int64_t>(lines.size());
    for (const auto& [key, value] : lines[i].items())
      if (value.is_number() && key != "step" && std::isfinite(value.get<double>()))
        metrics.push_back({{"key", key},
                           {"value", value.get<double>()},
                           {"timestamp", time},
                           {"step", lines[i].at("step")}});
  }
  return metrics;
}

/// Every key of the experiment: what differs from nothing.
std::vector<json> parameters_of(const Experiment& experiment) {
  constexpr std::size_t kLongest = 500;  // what every version of MLflow takes
  std::vector<json> parameters;
  for (const auto& [key, value] : config_values(experiment))
    parameters.push_back({{"key", key}, {"value", value.substr(0, kLongest)}});
  return parameters;
}

void send_in_batches(const MlflowServer& server, const std::string& run, const char* what,
                     const std::vector<json>& all, std::size_t most) {
  for (std::size_t i = 0; i < all.size(); i += most) {
    const std::vector<json> some(
        all.begin() + static_cast<std::ptrdiff_t>(i),
        all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), i + most)));
    server.post("runs/log-batch", {{"run_id", run}, {what, some}});
  }
}

}  // namespace

MlflowRun export_to_mlflow(const std::filesystem::path& run, const std::string& server,
                           const std::string& experiment) {
  const RunDirectory directory(run);
  const auto entry =
      run_entry(run, std::filesystem::absolute(run).lexically_normal().filename().string());
  if (!entry)
    throw Error(ErrorKind::usage, run.string(), "is no run directory: it has no config.yaml",
                "name a directory that `vit train` has written");
  const MlflowServer mlflow(server);
  const std::int64_t end = milliseconds_of(directory.metrics());
  const std::int64_t start = end - static_cast<std::int64_t>(1000 * entry->seconds);
  MlflowRun sent;
  sent.experiment_id = mlflow.experiment(experiment);
  json tags = json::array();
  for (const auto& [key, value] :
       {std::pair("mlflow.source.type", std::string("LOCAL")),
        std::pair("mlflow.source.name", run.string()), std::pair("vit.task", entry->record.task),
        std::pair("vit.data", entry->record.data),
        std::pair("vit.status", std::string(run_state_name(entry->state)))})
    tags.push_back({{"key", key}, {"value", value}});
  sent.run_id = mlflow
                    .post("runs/create", {{"experiment_id", sent.experiment_id},
                                          {"run_name", entry->name},
                                          {"start_time", start},
                                          {"tags", tags}})
                    .at("run")
                    .at("info")
                    .at("run_id");
  constexpr std::size_t kParameters = 100, kMetrics = 1000;  // the interface's limits
  send_in_batches(mlflow, sent.run_id, "params", parameters_of(load_experiment(directory.config())),
                  kParameters);
  const std::vector<json> metrics = metrics_of(directory, start, end);
  send_in_batches(mlflow, sent.run_id, "metrics", metrics, kMetrics);
  sent.metrics = static_cast<std::int64_t>(metrics.size());
  const std::map<RunState, const char*> states = {{RunState::running, "RUNNING"},
                                                  {RunState::done, "FINISHED"},
                                                  {RunState::failed, "FAILED"},
                                                  {RunState::stopped, "KILLED"},
                                                  {RunState::killed, "KILLED"}};
  json last = {{"run_id", sent.run_id}, {"status", states.at(entry->state)}};
  if (entry->state != RunState::running) last["end_time"] = end;
  mlflow.post("runs/update", last);
  sent.page = mlflow.address() + "/#/experiments/" + sent.experiment_id + "/runs/" + sent.run_id;
  return sent;
}

}  // namespace vit
