#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vit/sweep/crew.h"
#include "vit/sweep/journal.h"
#include "vit/sweep/sweep_plan.h"
#include "vit/sweep/trial_process.h"

namespace vit {

/// One process's part of a sweep: it runs up to `slots` trials at a time until nothing is left to
/// do for anybody. Any number of pools on any number of machines that share the folder make the
/// same decisions, each by itself, from the journal; a job is whose claim file it is.
class Pool {
 public:
  enum class End { complete, interrupted };

  Pool(SweepPlan& plan, Journal& journal, Crew& crew, std::int64_t slots,
       const std::atomic<bool>* stop);

  /// Throws Error where the journal cannot be written, and of a failed trial where `on_error` says
  /// to stop.
  End run();

 private:
  using Clock = std::chrono::steady_clock;

  /// Under one lock: records what has ended, decides, claims. What is to be started then.
  std::vector<TrialTask> take_stock();
  void record(const Job& job, bool last, const TrialOutcome& outcome);
  std::vector<Job> claim_jobs();
  void close_trials();
  void wait() const;
  void collect();
  void tell(const Job& job, const TrialOutcome& outcome) const;
  [[nodiscard]] std::string progress() const;
  [[nodiscard]] bool stopping() const { return (stop_ != nullptr && *stop_) || fatal_; }

  struct Ended {
    Job job;
    bool last;
    TrialOutcome outcome;
  };

  SweepPlan& plan_;
  Journal& journal_;
  Crew& crew_;
  std::size_t slots_;
  const std::atomic<bool>* stop_;
  TrialRecipe recipe_;
  std::list<TrialProcess> running_;
  std::vector<Ended> ended_;
  std::size_t first_open_ = 0;  ///< jobs before it are settled
  std::optional<Error> fatal_;
  Clock::time_point begun_ = Clock::now();
  Clock::time_point reported_{};
  std::int64_t done_ = 0;  ///< jobs by this process
};

}  // namespace vit
