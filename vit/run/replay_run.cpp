#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <system_error>

#include "vit/core/error.h"
#include "vit/io/safetensors.h"
#include "vit/report/append_file.h"
#include "vit/report/run_recorder.h"
#include "vit/run/replay.h"
#include "vit/run/run.h"
#include "vit/run/run_checksums.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

/// Holds every update against what the run has written of it, and stops at the first other one.
class UpdateWatcher final : public Observer {
 public:
  UpdateWatcher(std::string sums, const std::atomic<bool>* outer)
      : sums_(std::move(sums)), outer_(outer) {}

  void on_update(const UpdateEvent& event) override {
    if (outer_ != nullptr && *outer_) stop = true;
    ++seen;
    const std::size_t at = static_cast<std::size_t>(event.update) * kLine;
    if (sums_.empty() ||
        sums_.compare(at > sums_.size() ? sums_.size() : at, kLine - 1, update_sum(event)) == 0)
      return;
    if (!first) first = event;
    stop = true;
  }

  std::optional<UpdateEvent> first;  ///< that is another one
  std::int64_t seen = 0;
  std::atomic<bool> stop{false};

 private:
  static constexpr std::size_t kLine = 9;
  std::string sums_;
  const std::atomic<bool>* outer_;
};

/// A folder that is gone afterwards, unless it was asked for.
class ReplayFolder {
 public:
  explicit ReplayFolder(const std::optional<fs::path>& wanted)
      : path_(wanted.value_or(fs::temp_directory_path() /
                              ("vit-replay-" + std::to_string(::getpid())))),
        temporary_(!wanted) {}
  ~ReplayFolder() {
    std::error_code ignored;
    if (temporary_) fs::remove_all(path_, ignored);
  }
  ReplayFolder(const ReplayFolder&) = delete;
  ReplayFolder& operator=(const ReplayFolder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  bool temporary_;
};

nlohmann::json json_of_file(const fs::path& file) {
  return nlohmann::json::parse(text_if_there(file), nullptr, /*allow_exceptions=*/false);
}

std::vector<std::string> environment_differences(const RunDirectory& then,
                                                 const RunDirectory& now) {
  const nlohmann::json before = json_of_file(then.environment());
  const nlohmann::json after = json_of_file(now.environment());
  std::vector<std::string> differences;
  const auto text = [](const nlohmann::json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  if (!before.is_object() || !after.is_object()) return differences;
  for (const auto& [key, value] : after.items()) {
    if (key == "started" || key == "cores") continue;  // neither has a say in results
    const auto old = before.find(key);
    if (old == before.end())
      differences.push_back(key + ": not written down then, " + text(value) + " now");
    else if (*old != value)
      differences.push_back(key + ": " + text(*old) + " then, " + text(value) + " now");
  }
  return differences;
}

/// The first line in which two texts differ, for people.
std::string first_other_line(const std::string& name, std::string_view then, std::string_view now) {
  for (std::size_t line = 1;; ++line) {
    const std::string_view a = then.substr(0, then.find('\n')), b = now.substr(0, now.find('\n'));
    if (a != b || then.empty() || now.empty())
      return str(name, ", line ", line, ": ", a.empty() ? "nothing" : a, " then, ",
                 b.empty() ? "nothing" : b, " now");
    then.remove_prefix(std::min(a.size() + 1, then.size()));
    now.remove_prefix(std::min(b.size() + 1, now.size()));
  }
}

/// What differs in two files of tensors: the first tensor, else the first key of the metadata.
std::string tensor_difference(const fs::path& then, const fs::path& now) {
  const SafetensorsFile a = SafetensorsFile::open(then), b = SafetensorsFile::open(now);
  std::size_t others = 0;
  std::string first;
  for (const TensorInfo& tensor : a.tensors()) {
    const TensorInfo* same = b.find(tensor.name);
    if (same != nullptr && a.read(tensor) == b.read(*same)) continue;
    if (others++ == 0) first = tensor.name;
  }
  if (others > 0) return str(others, " of ", a.tensors().size(), " tensors differ, first ", first);
  for (const auto& [key, value] : a.metadata()) {
    const auto& theirs = b.metadata();
    const auto same =
        std::find_if(theirs.begin(), theirs.end(),
                     [&, &wanted = key](const auto& one) { return one.first == wanted; });
    if (same == theirs.end() || same->second != value)
      return "all tensors are the same; the metadata differs in " + key;
  }
  return "all tensors are the same; the metadata differs";
}

std::string first_difference(const std::vector<std::string>& files, const RunDirectory& then,
                             const RunDirectory& now) {
  const auto has = [&](const char* name) {
    return std::find(files.begin(), files.end(), name) != files.end();
  };
  if (has("metrics.jsonl"))
    return first_other_line("metrics.jsonl", repeatable_metrics(then), repeatable_metrics(now));
  if (has("summary.csv"))
    return first_other_line("summary.csv", repeatable_summary(then), repeatable_summary(now));
  for (const std::string& name : files) {
    std::error_code error;
    if (!fs::exists(now.root() / name, error)) return name + " was not written";
    if (name.ends_with(".safetensors"))
      return name + ": " + tensor_difference(then.root() / name, now.root() / name);
  }
  return files.front() + " differs";
}

}  // namespace

ReplayedRun replay_run(const fs::path& run, const std::vector<std::string>& sets,
                       const std::optional<fs::path>& output, std::vector<Observer*> observers,
                       const std::atomic<bool>* stop) {
  const RunDirectory directory(run);
  std::error_code error;
  if (!fs::exists(directory.config(), error))
    throw Error(ErrorKind::usage, run.string(), "is no run directory: it has no config.yaml",
                "name a directory that `vit train` has written");
  if (!fs::exists(directory.done(), error))
    throw Error(ErrorKind::usage, run.string(), "the run is not complete",
                "go on with it by `vit train --resume auto`, or take one update of it again with "
                "--step N");
  const RunChecksums as_is = run_checksums(directory);
  RunChecksums expected = read_run_checksums(directory);
  for (const auto& [name, sum] : expected) {
    const auto found = as_is.find(name);
    if (found == as_is.end() || found->second != sum)
      throw Error(
          ErrorKind::data, (directory.root() / name).string(),
          found == as_is.end() ? "is gone since the run ended" : "has changed since the run ended",
          "what a repetition would be held against is lost; removing " +
              directory.checksums().string() + " lets the files count as they are");
  }
  if (expected.empty()) expected = as_is;  // an older version wrote none
  const ReplayFolder folder(output);
  const RunDirectory again(folder.path());
  if (again.used())
    throw Error(ErrorKind::usage, folder.path().string(), "holds a run already",
                "choose another --output");

  UpdateWatcher watcher(text_if_there(directory.update_sums()), stop);
  observers.push_back(&watcher);
  RunRequest request;
  request.experiment = directory.config();
  request.sets = sets;
  request.output = folder.path();
  (void)run_experiment(request, observers, &watcher.stop);
  if (stop != nullptr && *stop)
    throw Error(ErrorKind::interrupted, run.string(), "the repetition was interrupted");

  ReplayedRun result;
  result.updates = watcher.seen;
  result.environment = environment_differences(directory, again);
  if (watcher.first) {
    result.first_update = watcher.first->update;
    result.difference = str("update ", watcher.first->update, " (epoch ", watcher.first->epoch,
                            ", from batch ", watcher.first->batch, "): loss ", watcher.first->loss,
                            ", gradient norm ", watcher.first->grad_norm, " now");
    return result;
  }
  const RunChecksums found = run_checksums(again);
  for (const auto& [name, sum] : expected) {
    const auto now = found.find(name);
    (now != found.end() && now->second == sum ? result.same : result.different).push_back(name);
  }
  result.equal = result.different.empty();
  if (!result.equal) result.difference = first_difference(result.different, directory, again);
  return result;
}

}  // namespace vit
