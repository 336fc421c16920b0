#include "vit/sweep/pool.h"

#include <poll.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/report/humanize.h"
#include "vit/report/number.h"
#include "vit/sweep/journal_lock.h"
#include "vit/sweep/leaderboard.h"

namespace vit {
namespace {

Error error_of(std::int64_t trial, const TrialFailure& failure, const std::string& remedy) {
  const bool known = failure.code >= 2 && failure.code <= 6;
  return {known ? static_cast<ErrorKind>(failure.code) : ErrorKind::resource, str("trial ", trial),
          failure.message, remedy};
}

}  // namespace

Pool::Pool(SweepPlan& plan, Journal& journal, Crew& crew, std::int64_t slots,
           const std::atomic<bool>* stop)
    : plan_(plan),
      journal_(journal),
      crew_(crew),
      slots_(static_cast<std::size_t>(slots)),
      stop_(stop),
      recipe_(plan.recipe()) {}

Pool::End Pool::run() {
  for (;;) {
    if (stopping())
      for (TrialProcess& trial : running_) trial.stop();
    for (const TrialTask& task : take_stock()) running_.emplace_back(recipe_, task);
    // The disk is waited for while the trials work.
    journal_.sync();
    if (plan_.planner().finished() || Clock::now() - reported_ > std::chrono::seconds(2)) {
      write_leaderboard(plan_, journal_);
      reported_ = Clock::now();
    }
    if (running_.empty() && ended_.empty()) {
      if (fatal_) throw Error(*fatal_);
      if (stopping()) return End::interrupted;
      if (plan_.planner().finished()) return End::complete;
    }
    wait();
    collect();
    crew_.beat();
  }
}

std::vector<TrialTask> Pool::take_stock() {
  const JournalLock lock(journal_.file());
  journal_.read();
  journal_.repair();
  for (const Ended& ended : std::exchange(ended_, {})) record(ended.job, ended.last, ended.outcome);
  plan_.advance(journal_);
  std::vector<TrialTask> tasks;
  for (const Job& job : claim_jobs()) {
    const auto& configurations = plan_.planner().configurations();
    while (static_cast<std::int64_t>(journal_.trials().size()) <= job.trial)
      journal_.create_trial(plan_.sweep().space, configurations[journal_.trials().size()]);
    journal_.begin(job.trial, job.epochs, crew_.self());
    tasks.push_back(plan_.task(job));
  }
  if (plan_.planner().finished()) close_trials();
  journal_.append();
  return tasks;
}

void Pool::record(const Job& job, bool last, const TrialOutcome& outcome) {
  crew_.release(job);
  if (SweepPlan::settled(journal_, job)) return;  // another pool took it for dead and was quicker
  if (const auto* result = std::get_if<TrialResult>(&outcome)) {
    journal_.finish(job.trial, job.epochs, *result, last);
  } else if (const auto* failure = std::get_if<TrialFailure>(&outcome)) {
    journal_.fail(job.trial, *failure);
    if (plan_.sweep().options.on_error == "stop" && !fatal_)
      fatal_ = error_of(job.trial, *failure,
                        "its folder is " + plan_.folder().trial(job.trial).string() +
                            "; with on_error: continue the sweep goes on without it");
  } else {
    return;
  }
  ++done_;
  tell(job, outcome);
}

std::vector<Job> Pool::claim_jobs() {
  std::vector<Job> claimed;
  if (stopping()) return claimed;
  const auto& jobs = plan_.planner().jobs();
  while (first_open_ < jobs.size() && SweepPlan::settled(journal_, jobs[first_open_]))
    ++first_open_;
  const auto is_running = [&](const Job& job) {
    return std::any_of(running_.begin(), running_.end(),
                       [&](const TrialProcess& trial) { return trial.job() == job; });
  };
  for (std::size_t i = first_open_; i < jobs.size() && running_.size() + claimed.size() < slots_;
       ++i)
    if (!SweepPlan::settled(journal_, jobs[i]) && !is_running(jobs[i]) && crew_.claim(jobs[i]))
      claimed.push_back(jobs[i]);
  return claimed;
}

/// Trials that ASHA did not promote are over when the sweep is.
void Pool::close_trials() {
  for (std::size_t trial = 0; trial < journal_.trials().size(); ++trial)
    if (!journal_.trials()[trial].closed && !journal_.trials()[trial].results.empty())
      journal_.prune(static_cast<std::int64_t>(trial));
}

void Pool::wait() const {
  // Without an event to wait for, the journal of others is looked at; quickly where a trial of our
  // own gives no events.
  const bool events = std::all_of(running_.begin(), running_.end(),
                                  [](const TrialProcess& trial) { return trial.event() >= 0; });
  const bool idle = running_.size() < slots_ && !stopping();
  std::vector<pollfd> descriptors;
  for (const TrialProcess& trial : running_)
    if (trial.event() >= 0) descriptors.push_back({trial.event(), POLLIN, 0});
  const int patience = !events ? 5 : idle ? 100 : 500;
  ::poll(descriptors.data(), descriptors.size(), patience);  // a signal ends it, too
}

void Pool::collect() {
  for (auto trial = running_.begin(); trial != running_.end();) {
    if (auto outcome = trial->poll()) {
      ended_.push_back({trial->job(), trial->last(), std::move(*outcome)});
      trial = running_.erase(trial);
    } else {
      ++trial;
    }
  }
}

void Pool::tell(const Job& job, const TrialOutcome& outcome) const {
  std::string line = str("trial ", job.trial);
  if (plan_.sweep().options.method == "asha") line += str(", ", job.epochs, " epochs");
  if (const auto* failure = std::get_if<TrialFailure>(&outcome))
    log::warn(line + " failed: " + failure->message + progress());
  else
    log::info(line + ": " + plan_.subject().metric + " " +
              significant(std::get<TrialResult>(outcome).value, 5) + progress());
}

std::string Pool::progress() const {
  std::int64_t settled = 0;
  for (const JournalTrial& trial : journal_.trials())
    settled += static_cast<std::int64_t>(trial.results.size()) + (trial.failure ? 1 : 0);
  const std::int64_t expected = plan_.planner().expected_jobs();
  std::string text = str("  (", settled, " of ", expected);
  if (const auto best = best_trial(plan_, journal_))
    text += str("; best ", significant(best->second, 5), " by trial ", best->first);
  const double seconds = std::chrono::duration<double>(Clock::now() - begun_).count();
  if (done_ > 1 && settled < expected)
    text += "; about " +
            human_duration(seconds / static_cast<double>(done_) *
                           static_cast<double>(expected - settled)) +
            " left";
  return text + ")";
}

}  // namespace vit
