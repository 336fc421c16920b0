#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "vit/sweep/parzen.h"
#include "vit/sweep/sampler.h"

namespace vit {
namespace {

constexpr std::int64_t kStartup = 10;  // trials that are drawn at random first
constexpr int kCandidates = 24;

/// The trials so far, parted: the best tenth, at most 25, and the others. Trials that run count as
/// bad ones, so that no two workers try the same place.
struct Parted {
  std::vector<const Observation*> good, others;
};

Parted part(std::span<const Observation> seen) {
  std::vector<const Observation*> known;
  Parted parted;
  for (const Observation& observation : seen) {
    if (observation.running)
      parted.others.push_back(&observation);
    else if (!std::isnan(observation.loss))
      known.push_back(&observation);
  }
  const auto count = std::min<std::size_t>((known.size() + 9) / 10, 25);
  std::stable_sort(known.begin(), known.end(),
                   [](const auto* a, const auto* b) { return a->loss < b->loss; });
  for (std::size_t i = 0; i < known.size(); ++i)
    (i < count ? parted.good : parted.others).push_back(known[i]);
  const auto by_number = [](const auto* a, const auto* b) { return a->trial < b->trial; };
  std::sort(parted.good.begin(), parted.good.end(), by_number);
  std::sort(parted.others.begin(), parted.others.end(), by_number);
  return parted;
}

class TpeSampler final : public Sampler {
 public:
  TpeSampler(const Space& space, std::uint64_t seed)
      : space_(space), seed_(seed), random_(random_sampler(space, seed)) {
    // Parameters that always count are judged together, each of the others by itself.
    std::vector<std::size_t> together;
    for (std::size_t i = 0; i < space.parameters.size(); ++i)
      if (space.parameters[i].when.empty()) together.push_back(i);
    if (!together.empty()) groups_.push_back(std::move(together));
    for (std::size_t i = 0; i < space.parameters.size(); ++i)
      if (!space.parameters[i].when.empty()) groups_.push_back({i});
  }

  [[nodiscard]] bool learns() const override { return true; }

  Configuration sample(std::int64_t trial, std::span<const Observation> seen) override {
    const auto known = std::count_if(seen.begin(), seen.end(), [](const Observation& o) {
      return !o.running && !std::isnan(o.loss);
    });
    if (known < kStartup) return random_->sample(trial, seen);
    const Parted parted = part(seen);
    constexpr std::uint64_t kAttempts = 20;
    for (std::uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
      Configuration values(space_.parameters.size());
      for (std::size_t group = 0; group < groups_.size(); ++group)
        if (space_.active(groups_[group].front(), values))
          sample_group(group, trial, attempt, parted, values);
      if (space_.allows(values)) return values;
    }
    return random_->sample(trial, seen);
  }

 private:
  /// The likeliest of some candidates to be good: the largest log l(x) - log g(x).
  void sample_group(std::size_t group, std::int64_t trial, std::uint64_t attempt,
                    const Parted& parted, Configuration& values) const {
    const std::vector<std::size_t>& parameters = groups_[group];
    const ParzenEstimator good(space_, parameters, observed(parameters, parted.good));
    const ParzenEstimator others(space_, parameters, observed(parameters, parted.others));
    const std::string key = "tpe " + space_.parameters[parameters.front()].name;
    std::vector<double> best;
    double best_score = -std::numeric_limits<double>::infinity();
    std::vector<double> uniforms(parameters.size() + 1);
    for (int candidate = 0; candidate < kCandidates; ++candidate) {
      for (std::size_t i = 0; i < uniforms.size(); ++i)
        uniforms[i] = sweep_uniform(
            seed_, trial, key,
            (attempt * kCandidates + static_cast<std::uint64_t>(candidate)) * uniforms.size() + i);
      std::vector<double> drawn = good.draw(uniforms);
      const double score = good.log_density(drawn) - others.log_density(drawn);
      if (best.empty() || score > best_score) best = std::move(drawn), best_score = score;
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) values[parameters[i]] = best[i];
  }

  /// The values of these parameters in the trials that have them all.
  static std::vector<std::vector<double>> observed(const std::vector<std::size_t>& parameters,
                                                   const std::vector<const Observation*>& trials) {
    std::vector<std::vector<double>> rows;
    for (const Observation* trial : trials) {
      std::vector<double> row;
      for (const std::size_t i : parameters)
        if (trial->values[i]) row.push_back(*trial->values[i]);
      if (row.size() == parameters.size()) rows.push_back(std::move(row));
    }
    return rows;
  }

  const Space& space_;
  std::uint64_t seed_;
  std::unique_ptr<Sampler> random_;
  std::vector<std::vector<std::size_t>> groups_;
};

}  // namespace

std::unique_ptr<Sampler> tpe_sampler(const Space& space, std::uint64_t seed) {
  return std::make_unique<TpeSampler>(space, seed);
}

}  // namespace vit
