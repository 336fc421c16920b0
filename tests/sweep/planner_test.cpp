#include "vit/sweep/planner.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/catch.h"
#include "tests/sweep/sweeps.h"
#include "vit/core/rng.h"

namespace {

using vit::Job;
using vit::Planner;

using Known = std::map<std::pair<std::int64_t, std::int64_t>, double>;

Planner::Results results_of(const Known& known) {
  return [&known](std::int64_t trial, std::int64_t epochs) -> std::optional<double> {
    const auto found = known.find({trial, epochs});
    if (found == known.end()) return std::nullopt;
    return found->second;
  };
}

/// A loss that falls with the epochs; some trials are better than others.
double loss(const Job& job) {
  const double quality = std::fmod(static_cast<double>(job.trial) * 0.618, 1.0);
  return quality + 1.0 / static_cast<double>(job.epochs);
}

/// Plays a sweep with so many real workers, which finish in an order of their own.
std::vector<Job> play(Planner& planner, std::size_t workers, std::uint64_t seed) {
  Known known;
  std::vector<Job> running;
  vit::Rng rng(seed);
  for (planner.advance(results_of(known)); !planner.finished();
       planner.advance(results_of(known))) {
    for (const Job& job : planner.jobs()) {
      const bool open = !known.contains({job.trial, job.epochs}) &&
                        std::find(running.begin(), running.end(), job) == running.end();
      if (open && running.size() < workers) running.push_back(job);
    }
    REQUIRE_FALSE(running.empty());  // a plan that is not finished has work to do
    const std::size_t done = rng.below(running.size());
    known[{running[done].trial, running[done].epochs}] = loss(running[done]);
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(done));
  }
  return planner.jobs();
}

const vit::Space& line() {
  static const vit::Space space = vit::test::space("x: {float: [0, 1]}\n");
  return space;
}

Planner asha(std::int64_t trials, std::int64_t parallel = 4, bool early = false) {
  vit::PlanOptions options;
  options.trials = trials;
  options.parallel = parallel;
  options.rungs = vit::asha_rungs(1, 9, 3);
  options.early = early;
  return {vit::random_sampler(line(), 1), options};
}

}  // namespace

TEST_CASE("ASHA's decisions are the same for any number of workers in any order") {
  for (const bool early : {false, true}) {
    Planner one = asha(27, 4, early);
    const std::vector<Job> expected = play(one, 1, 0);
    for (const std::size_t workers : {2, 4, 8})
      for (std::uint64_t seed = 0; seed < 5; ++seed) {
        Planner planner = asha(27, 4, early);
        CHECK(play(planner, workers, seed) == expected);
      }
  }
}

TEST_CASE("Late promotion is successive halving, but for what the last of a rung displaces") {
  for (const std::int64_t parallel : {1, 2, 4}) {
    Planner planner = asha(27, parallel);
    const std::vector<Job> jobs = play(planner, 2, 0);
    const auto count = [&](std::int64_t epochs) {
      return std::count_if(jobs.begin(), jobs.end(),
                           [&](const Job& job) { return job.epochs == epochs; });
    };
    INFO(parallel << " at a time");
    CHECK(count(1) == 27);
    CHECK(count(3) >= 9);
    CHECK(count(3) <= 9 + parallel);
    CHECK(count(9) >= 3);
    CHECK(count(9) <= 3 + parallel);
    CHECK(
        std::all_of(jobs.begin(), jobs.begin() + 27, [](const Job& job) { return job.from == 0; }));
  }
}

TEST_CASE("Early promotion tries all, and of each rung a third goes on, or somewhat more") {
  for (const std::int64_t parallel : {1, 4, 9}) {
    Planner planner = asha(27, parallel, /*early=*/true);
    const std::vector<Job> jobs = play(planner, 2, 0);
    std::map<std::int64_t, int> by_rung;
    std::int64_t epochs = 0;
    for (const Job& job : jobs) {
      ++by_rung[job.epochs];
      epochs += job.epochs - job.from;
      CHECK(job.from == (job.epochs == 1 ? 0 : job.epochs / 3));
    }
    INFO(parallel << " at a time");
    CHECK(by_rung[1] == 27);
    // Promotion is decided while a rung fills, so that some that were among the best then are not
    // in the end.
    CHECK(by_rung[3] >= 9);
    CHECK(by_rung[3] <= 16);
    CHECK(by_rung[9] >= 3);
    CHECK(by_rung[9] <= 8);
    CHECK(epochs < 27 * 9 / 2);
    // The best of all has gone all the way: nothing is better in any rung.
    const auto best = std::min_element(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) {
      return loss({a.trial, 0, 9}) < loss({b.trial, 0, 9});
    });
    CHECK(std::count_if(jobs.begin(), jobs.end(), [&](const Job& job) {
            return job.trial == best->trial && job.epochs == 9;
          }) == 1);
  }
}

TEST_CASE("A failed trial is never promoted") {
  Planner planner = asha(9, 1);
  Known known;
  for (planner.advance(results_of(known)); !planner.finished(); planner.advance(results_of(known)))
    for (const Job& job : planner.jobs())
      known.try_emplace({job.trial, job.epochs}, job.trial < 7 ? std::nan("") : loss(job));
  for (const Job& job : planner.jobs()) CHECK((job.epochs == 1 || job.trial >= 7));
}

TEST_CASE("What learns nothing waits for nothing") {
  vit::PlanOptions options;
  options.trials = 50;
  options.parallel = 2;
  options.epochs = [](const vit::Configuration&) { return 5; };
  Planner planner(vit::random_sampler(line(), 1), options);
  planner.advance(results_of({}));
  CHECK(planner.jobs().size() == 50);
  CHECK(planner.jobs()[49] == Job{49, 0, 5});
  CHECK_FALSE(planner.finished());
}

TEST_CASE("TPE decides with so many trials under way as the sweep says") {
  vit::PlanOptions options;
  options.trials = 30;
  options.parallel = 3;
  options.epochs = [](const vit::Configuration&) { return 2; };
  Planner planner(vit::tpe_sampler(line(), 1), options);
  Known known;
  planner.advance(results_of(known));
  CHECK(planner.jobs().size() == 3);
  known[{1, 2}] = 0.5;  // an early result of the second decides nothing yet
  planner.advance(results_of(known));
  CHECK(planner.jobs().size() == 3);
  known[{0, 2}] = 0.25;
  planner.advance(results_of(known));
  CHECK(planner.jobs().size() == 5);
}

TEST_CASE("A grid ends the sweep by itself") {
  const vit::Space space = vit::test::space("n: {int: [1, 4]}\n");
  vit::PlanOptions options;
  options.trials = 1000;
  options.epochs = [](const vit::Configuration&) { return 1; };
  Planner planner(vit::grid_sampler(space), options);
  planner.advance(results_of({}));
  CHECK(planner.jobs().size() == 4);
  CHECK(planner.trials() == 4);
}
