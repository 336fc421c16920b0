#include "vit/sweep/importance.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vit/sweep/parzen.h"

namespace vit {
namespace {

/// How many values of a parameter lie nearest to each place of its grid.
std::vector<double> counts_on_grid(const Parameter& p, const std::vector<double>& values) {
  std::int64_t places = 50;
  if (p.kind == Parameter::Kind::choice)
    places = p.count();
  else if (p.kind == Parameter::Kind::integer && p.log)
    places = std::min<std::int64_t>(
        places, static_cast<std::int64_t>(std::ceil(std::log2(p.high - p.low + 1))) + 1);
  else if (p.kind == Parameter::Kind::integer)
    places = std::min(places, p.count());
  std::vector<double> counts(static_cast<std::size_t>(places));
  const auto scaled = [&](double value) { return p.log ? std::log(value) : value; };
  const double step =
      (scaled(p.high) - scaled(p.low)) / static_cast<double>(std::max<std::int64_t>(places - 1, 1));
  for (const double value : values) {
    // A value between two places belongs to the lower one.
    const double place = p.kind == Parameter::Kind::choice
                             ? value
                             : std::ceil((scaled(value) - scaled(p.low)) / step - 0.5);
    ++counts[static_cast<std::size_t>(std::clamp(place, 0.0, static_cast<double>(places - 1)))];
  }
  return counts;
}

/// The width of the kernels by Scott's rule (1992), in places of the grid.
double scott_width(const std::vector<double>& places, const std::vector<double>& weights) {
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  double mean = 0, square = 0, running = 0;
  for (std::size_t i = 0; i < places.size(); ++i) mean += places[i] * weights[i] / sum;
  for (std::size_t i = 0; i < places.size(); ++i)
    square += weights[i] * (places[i] - mean) * (places[i] - mean);
  const double deviation = std::sqrt(square / std::max(1.0, sum - 1));
  std::vector<double> cumulated;
  for (const double weight : weights) cumulated.push_back(running += weight);
  const auto lower = std::lower_bound(cumulated.begin(), cumulated.end(), std::floor(sum / 4));
  const auto upper = std::upper_bound(cumulated.begin(), cumulated.end(), std::floor(sum * 3 / 4));
  const auto at = [&](auto it) {
    return places[std::min<std::size_t>(places.size() - 1,
                                        static_cast<std::size_t>(it - cumulated.begin()))];
  };
  const double quartiles = at(upper) - at(lower);
  constexpr double kLeast = 0.5 / 1.64;  // a kernel covers its own place
  return std::max(1.059 * std::min(quartiles / 1.34, deviation) * std::pow(sum, -0.2), kLeast);
}

/// A density over the places of a grid: a kernel at each occupied one, weighted by its count, and a
/// wide one over all.
std::vector<double> density(const Parameter& p, const std::vector<double>& values) {
  const std::vector<double> counts = counts_on_grid(p, values);
  const auto size = static_cast<double>(counts.size());
  std::vector<double> places, weights;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) places.push_back(static_cast<double>(i)), weights.push_back(counts[i]);
  const double total = std::accumulate(weights.begin(), weights.end(), 1.0);
  std::vector<double> result(counts.size(), 1e-12);
  if (p.kind == Parameter::Kind::choice) {
    const double kernels = static_cast<double>(places.size()) + 1;
    const double row = 1 + size / kernels;
    for (std::size_t kernel = 0; kernel < places.size(); ++kernel)
      for (std::size_t i = 0; i < result.size(); ++i)
        result[i] += weights[kernel] / total *
                     (1 / kernels + (static_cast<double>(i) == places[kernel] ? 1 : 0)) / row;
    for (double& share : result) share += 1 / total / size;
    return result;
  }
  const double width = scott_width(places, weights);
  const double low = -0.5, high = size - 0.5;
  const auto add = [&](double mean, double sigma, double weight) {
    const double whole = log_normal_mass((low - mean) / sigma, (high - mean) / sigma);
    for (std::size_t i = 0; i < result.size(); ++i) {
      const auto place = static_cast<double>(i);
      result[i] +=
          weight / total *
          std::exp(log_normal_mass((place - 0.5 - mean) / sigma, (place + 0.5 - mean) / sigma) -
                   whole);
    }
  };
  for (std::size_t kernel = 0; kernel < places.size(); ++kernel)
    add(places[kernel], width, weights[kernel]);
  add((size - 1) / 2, size, 1);
  return result;
}

}  // namespace

std::vector<double> importance(const Space& space, const std::vector<ScoredTrial>& trials) {
  std::vector<double> found(space.parameters.size());
  if (trials.size() < 2) return found;
  std::vector<double> losses;
  for (const ScoredTrial& trial : trials) losses.push_back(trial.loss);
  std::sort(losses.begin(), losses.end());
  const double cut = losses[(losses.size() + 9) / 10 - 1];
  const auto best_count = static_cast<double>(
      std::count_if(losses.begin(), losses.end(), [&](double loss) { return loss <= cut; }));
  const auto all_count = static_cast<double>(trials.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Parameter& parameter = space.parameters[i];
    std::vector<double> all, best;
    for (const ScoredTrial& trial : trials) {
      if (!trial.values[i]) continue;
      all.push_back(*trial.values[i]);
      if (trial.loss <= cut) best.push_back(*trial.values[i]);
    }
    if (parameter.single() || all.size() < 2 || best.empty()) continue;
    const std::vector<double> everywhere = density(parameter, all);
    const std::vector<double> at_best = density(parameter, best);
    double divergence = 0;
    for (std::size_t place = 0; place < everywhere.size(); ++place) {
      const double ratio = at_best[place] / everywhere[place] - 1;
      divergence += everywhere[place] * ratio * ratio;
    }
    const double share_of_best = static_cast<double>(best.size()) / best_count;
    const double share_of_all = static_cast<double>(all.size()) / all_count;
    found[i] = share_of_best * share_of_best / share_of_all * divergence *
               (best_count / all_count) * (best_count / all_count);
  }
  return found;
}

}  // namespace vit
