#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "vit/core/metric.h"
#include "vit/sweep/journal.h"
#include "vit/sweep/planner.h"
#include "vit/sweep/sweep_file.h"

namespace vit {

/// What every trial of a sweep is made from.
struct TrialRecipe {
  std::filesystem::path experiment;  ///< what is trained
  std::vector<std::string> command;  ///< or what is run
  std::vector<std::string> sets;     ///< of every trial
  std::string metric;                ///< without `eval_`
  Better better = Better::larger;
  bool best_epoch = true;  ///< the best epoch counts, not the last
  bool latency = false;
  std::vector<AlsoEvaluated> also{};
};

/// One trial: what it is called, where its files go, and what it sets.
struct TrialTask {
  Job job;
  bool last = true;  ///< the trial is complete when this job is
  std::filesystem::path directory;
  std::vector<std::string> sets;                            ///< beyond the recipe's
  std::vector<std::pair<std::string, std::string>> values;  ///< of the parameters, as texts
};

/// A trial was asked to stop and did, or was killed with the sweep: it can go on.
struct TrialStopped {};
using TrialOutcome = std::variant<TrialResult, TrialFailure, TrialStopped>;

/// A trial in a process of its own: what goes wrong in it, a crash and a lack of memory too, is its
/// own affair. It dies with the process that started it.
class TrialProcess {
 public:
  /// Training happens in a copy of this process (fork), which has loaded everything already, so
  /// that a trial costs no start of the program. For that this process must have no threads.
  TrialProcess(const TrialRecipe& recipe, const TrialTask& task);
  ~TrialProcess();
  TrialProcess(const TrialProcess&) = delete;
  TrialProcess& operator=(const TrialProcess&) = delete;

  [[nodiscard]] const Job& job() const { return task_.job; }
  [[nodiscard]] bool last() const { return task_.last; }
  /// A descriptor that is readable once it has ended; -1 where the system has no such.
  [[nodiscard]] int event() const { return pidfd_; }
  /// What came of it; nothing while it runs.
  [[nodiscard]] std::optional<TrialOutcome> poll();
  /// Asks it to stop and save what it has.
  void stop();

 private:
  [[nodiscard]] TrialOutcome outcome(int status) const;

  TrialTask task_;
  std::string metric_;
  bool trains_;
  pid_t pid_ = -1;
  int pidfd_ = -1;
  bool asked_to_stop_ = false;
  double started_ = 0;
};

/// What a command's output says: its last line that is a number, or a JSON object with the metric.
/// Throws Error (data) where there is none.
[[nodiscard]] TrialResult result_of_output(const std::string& output, const std::string& metric);

/// A command with its placeholders replaced: `{optim.lr}`, `{trial}`, `{epochs}`, `{from}`,
/// `{dir}`. Other braces stay as they are. A parameter that does not count is "".
[[nodiscard]] std::vector<std::string> filled_in(const std::vector<std::string>& command,
                                                 const TrialTask& task);

/// Runs `question` in a copy of this process and returns its text; Errors come through as they
/// were. So this process stays without threads, and without LibTorch's memory.
[[nodiscard]] std::string ask_in_a_process(const std::function<std::string()>& question);

}  // namespace vit
