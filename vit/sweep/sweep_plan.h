#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vit/core/metric.h"
#include "vit/sweep/journal.h"
#include "vit/sweep/planner.h"
#include "vit/sweep/sweep_file.h"
#include "vit/sweep/sweep_folder.h"
#include "vit/sweep/trial_process.h"

namespace vit {

/// What the experiment of a sweep says that the sweep needs to know.
struct SweepSubject {
  std::string metric;  ///< without `eval_`
  Better better = Better::larger;
  std::int64_t epochs = 1;   ///< of a whole trial, unless the space says otherwise
  std::int64_t threads = 1;  ///< of each trial

  [[nodiscard]] std::string text() const;  ///< as the journal keeps it
  [[nodiscard]] static SweepSubject parse(const std::string& text);
  /// A value as a loss, of which smaller is better.
  [[nodiscard]] double loss(double value) const {
    return better == Better::smaller ? value : -value;
  }
};

/// Looks at the experiment as every kind of trial would have it, and builds the first trial: an
/// unknown key, a value out of range, missing data are found before anything is trained. Happens in
/// a process of its own. Throws Error that names the parameter.
[[nodiscard]] SweepSubject examine(const SweepFile& sweep, const std::filesystem::path& experiment,
                                   const std::string& name);

/// Everything that is decided before a sweep begins, and its trials made by it.
class SweepPlan {
 public:
  SweepPlan(SweepFile sweep, SweepFolder folder, SweepSubject subject);
  SweepPlan(const SweepPlan&) = delete;
  SweepPlan& operator=(const SweepPlan&) = delete;

  [[nodiscard]] const SweepFile& sweep() const { return sweep_; }
  [[nodiscard]] const SweepFolder& folder() const { return folder_; }
  [[nodiscard]] const SweepSubject& subject() const { return subject_; }
  [[nodiscard]] Planner& planner() { return *planner_; }
  [[nodiscard]] const Planner& planner() const { return *planner_; }

  /// Decides what the journal's results allow. Throws Error (usage) where the journal's trials are
  /// not those that this plan makes.
  void advance(const Journal& journal);
  [[nodiscard]] TrialRecipe recipe() const;
  [[nodiscard]] TrialTask task(const Job& job) const;
  /// Whether a trial that is done with these epochs is complete.
  [[nodiscard]] bool is_last(const Job& job) const;
  /// Whether a job needs no work: it has a result, or its trial has failed.
  [[nodiscard]] static bool settled(const Journal& journal, const Job& job);

 private:
  SweepFile sweep_;
  SweepFolder folder_;
  SweepSubject subject_;
  std::unique_ptr<Planner> planner_;
  std::size_t compared_ = 0;  ///< trials whose values were compared with the journal's
};

}  // namespace vit
