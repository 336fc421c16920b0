#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "vit/sweep/sampler.h"

namespace vit {

/// A piece of work: trial `trial` goes on from `from` finished epochs to `epochs`.
struct Job {
  std::int64_t trial = 0, from = 0, epochs = 0;
  friend bool operator==(const Job&, const Job&) = default;
};

struct PlanOptions {
  std::int64_t trials = 1;
  std::int64_t parallel = 1;        ///< virtual workers, where decisions depend on results
  std::vector<std::int64_t> rungs;  ///< ASHA: epochs at which trials are compared, ascending; the
                                    ///< last is the whole run
  std::int64_t eta = 3;
  bool early = false;  ///< ASHA: promote before all trials have begun
  /// How long a trial of a configuration is trained, where there are no rungs.
  std::function<std::int64_t(const Configuration&)> epochs;
};

/// Decides what a sweep does, in an order that no real clock has a say in.
///
/// It plays the sweep on a virtual clock, on which all epochs take equally long, with `parallel`
/// virtual workers that begin one after the other. Whenever one is free it is given the next job,
/// by what the results are of the jobs that have finished by then on that clock. So the plan is a
/// function of the sweep and the results alone: the same for one real worker or four, and after any
/// restart. Where a result that is needed is not known yet the plan waits.
///
/// ASHA (Li et al. 2020) as promotion: the job is the best trial of a rung that is among its best
/// 1 / eta and has not gone on yet. Early promotion, as in the paper, looks from the top rung down,
/// and begins a new trial where there is none: good results come soon, but of the first trials of a
/// rung the best third is a guess, and about twice as many go on. Late promotion begins all trials
/// first and then looks from the lowest rung up: as good as successive halving, at its price.
class Planner {
 public:
  /// The loss of a trial after so many epochs (smaller is better; NaN: it failed), where it is
  /// known.
  using Results = std::function<std::optional<double>(std::int64_t trial, std::int64_t epochs)>;

  Planner(std::unique_ptr<Sampler> sampler, PlanOptions options);

  /// Takes all decisions that the results allow.
  void advance(const Results& results);

  /// All jobs so far, in the order of the decisions. A trial's jobs follow each other: the next is
  /// decided after the result of the one before.
  [[nodiscard]] const std::vector<Job>& jobs() const { return jobs_; }
  /// Of the trials that have a job.
  [[nodiscard]] const std::vector<Configuration>& configurations() const { return configurations_; }
  /// Whether everything is decided and every result known.
  [[nodiscard]] bool finished() const { return finished_; }
  /// The trials that there will be, at most.
  [[nodiscard]] std::int64_t trials() const { return options_.trials; }
  /// Jobs that there will be, as far as can be said: later rungs are full by then.
  [[nodiscard]] std::int64_t expected_jobs() const;
  [[nodiscard]] bool learns() const { return learns_; }

 private:
  struct Running {
    std::int64_t finish, trial, epochs;
    friend auto operator<=>(const Running&, const Running&) = default;
  };
  struct Rung {
    std::vector<std::pair<double, std::int64_t>> results;  ///< loss and trial, the best first
    std::set<std::int64_t> promoted;
  };

  /// Where nothing is learned, nothing has to be waited for.
  void advance_blindly(const Results& results);
  [[nodiscard]] std::optional<Job> decide();
  [[nodiscard]] std::optional<Job> new_trial();
  [[nodiscard]] std::optional<Job> promotion();
  [[nodiscard]] std::optional<Job> promotion_from(std::size_t rung);
  void start(const Job& job);
  void take(const Running& done, double loss);
  [[nodiscard]] bool has_rungs() const { return !options_.rungs.empty(); }

  std::unique_ptr<Sampler> sampler_;
  PlanOptions options_;
  bool learns_;
  std::vector<Job> jobs_;
  std::vector<Configuration> configurations_;
  std::vector<Observation> seen_;
  std::vector<Rung> rungs_;
  std::set<Running> running_;
  std::set<std::int64_t> begins_;  ///< when virtual workers that have not begun yet do so
  std::int64_t now_ = 0, free_ = 0;
  std::size_t known_ = 0;  ///< jobs with results, of those from the first on
  bool finished_ = false;
};

/// The rungs of successive halving from `first` epochs to `last`, times `eta` each.
[[nodiscard]] std::vector<std::int64_t> asha_rungs(std::int64_t first, std::int64_t last,
                                                   std::int64_t eta);

}  // namespace vit
