#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/metric.h"
#include "vit/sweep/space.h"

namespace vit {

/// What came of a trial after so many epochs.
struct TrialResult {
  double value = 0;  ///< the metric
  std::int64_t best_epoch = 0;
  std::vector<std::pair<std::string, double>> figures{};  ///< what else is known: `parameters`
  double seconds = 0;                                     ///< that the job took
};

/// Why a trial failed.
struct TrialFailure {
  std::int64_t epochs = 0;  ///< of the job that failed
  int code = 1;             ///< the exit code
  std::string message{};
};

/// Who worked on a trial, and when.
struct TrialSpan {
  std::string worker, begin, end;  ///< times in UTC, ISO 8601; end: "" while it runs
  std::int64_t epochs = 0;
};

/// What a journal says of a trial.
struct JournalTrial {
  std::map<std::string, double> values;         ///< of the parameters that count
  std::map<std::int64_t, TrialResult> results;  ///< by the epochs that were done
  std::optional<TrialFailure> failure;
  std::vector<TrialSpan> spans;
  bool closed = false;  ///< complete, pruned or failed
};

/// The record of a sweep, one JSON object a line, in the format of Optuna's JournalFileBackend, so
/// that `optuna-dashboard FILE` and `optuna.load_study` open it; what is ours beyond that are
/// attributes of the study and its trials. Every change is appended as whole lines under a
/// JournalLock, so that a kill at any moment loses the last one at most.
class Journal {
 public:
  explicit Journal(std::filesystem::path file);

  /// Reads what has been appended since the last time. Throws Error (resource) where a line is no
  /// record, naming it. A line that is cut at the end of the file is not read.
  void read();
  /// Under the lock: removes a line that a killed process has left unfinished.
  void repair();

  [[nodiscard]] bool exists() const { return has_study_; }
  /// An attribute of the study; "" where there is none.
  [[nodiscard]] std::string attribute(const std::string& key) const;
  [[nodiscard]] const std::vector<JournalTrial>& trials() const { return trials_; }

  // The records are collected, then written together by append(), which the lock must cover.
  void create_study(const std::string& name, Better better);
  void set_attribute(const std::string& key, const std::string& value);
  void create_trial(const Space& space, const Configuration& values);
  void begin(std::int64_t trial, std::int64_t epochs, const std::string& worker);
  void finish(std::int64_t trial, std::int64_t epochs, const TrialResult& result, bool complete);
  void fail(std::int64_t trial, const TrialFailure& failure);
  /// Closes a trial that was not promoted: its last result is its value.
  void prune(std::int64_t trial);
  /// Throws Error (resource) where the disk is full.
  void append();
  /// Waits until what was appended is on the disk; the lock need not be held.
  void sync();

  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

 private:
  void add(const nlohmann::ordered_json& record);
  void apply(const nlohmann::json& record, std::int64_t line);
  static void apply_attribute(JournalTrial& trial, const std::string& key,
                              const nlohmann::json& value);

  std::filesystem::path file_;
  std::uint64_t offset_ = 0;  ///< of what has been read
  std::int64_t lines_ = 0;
  std::string pending_;
  bool synced_ = true;
  bool has_study_ = false;
  std::map<std::string, std::string> attributes_;
  std::vector<JournalTrial> trials_;
};

}  // namespace vit
