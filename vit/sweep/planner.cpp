#include "vit/sweep/planner.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "vit/core/error.h"

namespace vit {

std::vector<std::int64_t> asha_rungs(std::int64_t first, std::int64_t last, std::int64_t eta) {
  std::vector<std::int64_t> rungs;
  for (std::int64_t epochs = first; epochs < last; epochs *= eta) rungs.push_back(epochs);
  rungs.push_back(last);
  return rungs;
}

Planner::Planner(std::unique_ptr<Sampler> sampler, PlanOptions options)
    : sampler_(std::move(sampler)), options_(std::move(options)), rungs_(options_.rungs.size()) {
  if (const auto size = sampler_->size()) options_.trials = std::min(options_.trials, *size);
  learns_ = sampler_->learns() || has_rungs();
  // One after the other, so that each decision waits for one more result, and not for all.
  const std::int64_t first = has_rungs() ? options_.rungs.front() : 1;
  for (std::int64_t worker = 0; worker < options_.parallel; ++worker)
    begins_.insert(worker * first);
}

void Planner::advance(const Results& results) {
  if (!learns_) return advance_blindly(results);
  while (!finished_) {
    // What happens next on the virtual clock: jobs finish, or a worker begins.
    std::int64_t next = std::numeric_limits<std::int64_t>::max();
    if (!begins_.empty()) next = *begins_.begin();
    std::vector<std::pair<Running, double>> done;
    if (!running_.empty() && running_.begin()->finish <= next) {
      next = running_.begin()->finish;
      for (auto it = running_.begin(); it != running_.end() && it->finish == next; ++it) {
        const auto loss = results(it->trial, it->epochs);
        if (!loss) return;
        done.emplace_back(*it, *loss);
      }
    }
    if (next == std::numeric_limits<std::int64_t>::max()) {
      finished_ = true;
      return;
    }
    now_ = next;
    for (const auto& [job, loss] : done) take(job, loss);
    if (!begins_.empty() && *begins_.begin() == now_) {
      begins_.erase(begins_.begin());
      ++free_;
    }
    while (free_ > 0) {
      const auto job = decide();
      if (!job) break;
      start(*job);
    }
  }
}

void Planner::advance_blindly(const Results& results) {
  while (const auto job = decide()) jobs_.push_back(*job);
  for (; known_ < jobs_.size(); ++known_)
    if (!results(jobs_[known_].trial, jobs_[known_].epochs)) return;
  finished_ = true;
}

std::optional<Job> Planner::decide() {
  if (options_.early) {
    const auto job = promotion();
    return job ? job : new_trial();
  }
  const auto job = new_trial();
  return job ? job : promotion();
}

std::optional<Job> Planner::new_trial() {
  const auto trial = static_cast<std::int64_t>(configurations_.size());
  if (trial == options_.trials) return std::nullopt;
  configurations_.push_back(sampler_->sample(trial, seen_));
  return Job{trial, 0,
             has_rungs() ? options_.rungs.front() : options_.epochs(configurations_.back())};
}

std::optional<Job> Planner::promotion() {
  const std::size_t below_top = std::max<std::size_t>(rungs_.size(), 1) - 1;
  for (std::size_t i = 0; i < below_top; ++i)
    if (const auto job = promotion_from(options_.early ? below_top - 1 - i : i)) return job;
  return std::nullopt;
}

std::optional<Job> Planner::promotion_from(std::size_t rung) {
  const auto& results = rungs_[rung].results;
  const std::size_t best = results.size() / static_cast<std::size_t>(options_.eta);
  for (std::size_t place = 0; place < best; ++place) {
    const auto [loss, trial] = results[place];
    if (std::isinf(loss) || !rungs_[rung].promoted.insert(trial).second) continue;
    return Job{trial, options_.rungs[rung], options_.rungs[rung + 1]};
  }
  return std::nullopt;
}

void Planner::start(const Job& job) {
  jobs_.push_back(job);
  // In parts of an epoch, in which the virtual workers follow each other. Without rungs all trials
  // take equally long.
  const std::int64_t epochs = has_rungs() ? job.epochs - job.from : 1;
  running_.insert({now_ + epochs * options_.parallel, job.trial, job.epochs});
  --free_;
  if (job.from == 0)
    seen_.push_back({job.trial, configurations_[static_cast<std::size_t>(job.trial)], 0, true});
}

void Planner::take(const Running& done, double loss) {
  running_.erase(done);
  ++free_;
  Observation& observation = seen_[static_cast<std::size_t>(done.trial)];
  observation.loss = loss;
  observation.running = false;
  if (!has_rungs()) return;
  const auto rung = static_cast<std::size_t>(
      std::find(options_.rungs.begin(), options_.rungs.end(), done.epochs) -
      options_.rungs.begin());
  VIT_ASSERT(rung < rungs_.size(), done.epochs);
  const std::pair entry(std::isnan(loss) ? std::numeric_limits<double>::infinity() : loss,
                        done.trial);
  auto& sorted = rungs_[rung].results;
  sorted.insert(std::upper_bound(sorted.begin(), sorted.end(), entry), entry);
}

std::int64_t Planner::expected_jobs() const {
  std::int64_t jobs = 0, in_rung = options_.trials;
  const std::size_t rungs = std::max<std::size_t>(rungs_.size(), 1);
  for (std::size_t i = 0; i < rungs; ++i, in_rung /= options_.eta) jobs += in_rung;
  return std::max<std::int64_t>(jobs, static_cast<std::int64_t>(jobs_.size()));
}

}  // namespace vit
