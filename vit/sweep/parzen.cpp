#include "vit/sweep/parzen.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace vit {
namespace {

const double kLogRoot2Pi = 0.5 * std::log(2 * std::numbers::pi);

/// log of the standard normal distribution below x, to the last digits also far to the left.
double log_below(double x) {
  if (x > -20) return std::log(0.5 * std::erfc(-x / std::numbers::sqrt2));
  // The asymptotic series of the tail.
  double sum = 1, term = 1;
  for (int i = 1; i < 20; ++i) {
    const double next = -term * (2 * i - 1) / (x * x);
    if (std::abs(next) >= std::abs(term)) break;
    sum += term = next;
  }
  return -0.5 * x * x - std::log(-x) - kLogRoot2Pi + std::log(sum);
}

double log_sum(double a, double b) {
  if (a < b) std::swap(a, b);
  return std::isinf(b) ? a : a + std::log1p(std::exp(b - a));
}

/// The x that a standard normal distribution is below with the probability exp(y).
double quantile_of_log(double y) {
  double low = -40, high = 10;
  for (int i = 0; i < 200 && high - low > 1e-15 * std::max(1.0, std::abs(low)); ++i) {
    const double middle = 0.5 * (low + high);
    (log_below(middle) < y ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// Weights by age: the newest 25 count fully, those before them the less the older they are.
std::vector<double> weights_by_age(std::size_t count) {
  constexpr std::size_t kFull = 25;
  std::vector<double> weights(count, 1.0);
  if (count <= kFull) return weights;
  const std::size_t ramp = count - kFull;
  const double first = 1.0 / static_cast<double>(count);
  for (std::size_t i = 0; i < ramp; ++i)
    weights[i] = ramp == 1
                     ? first
                     : first + (1 - first) * static_cast<double>(i) / static_cast<double>(ramp - 1);
  return weights;
}

double scaled(const Parameter& parameter, double value) {
  return parameter.log ? std::log(value) : value;
}

/// Half of what a value of an integer covers.
double half_step(const Parameter& parameter) {
  return parameter.kind == Parameter::Kind::integer ? parameter.step / 2 : 0;
}

}  // namespace

double log_normal_mass(double a, double b) {
  if (b <= 0) {
    const double upper = log_below(b);
    return upper + std::log1p(-std::exp(log_below(a) - upper));
  }
  if (a > 0) return log_normal_mass(-b, -a);
  return std::log1p(-std::exp(log_below(a)) - std::exp(log_below(-b)));
}

double truncated_normal_quantile(double u, double a, double b) {
  if (u <= 0) return a;
  const double mass = log_normal_mass(a, b);
  const double x = a < 0 ? quantile_of_log(log_sum(log_below(a), std::log(u) + mass))
                         : -quantile_of_log(log_sum(log_below(-b), std::log1p(-u) + mass));
  return std::clamp(x, a, b);
}

ParzenEstimator::ParzenEstimator(const Space& space, std::span<const std::size_t> parameters,
                                 const std::vector<std::vector<double>>& observations) {
  weights_ = weights_by_age(observations.size());
  weights_.push_back(1.0);
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  for (double& weight : weights_) weight /= sum;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Parameter& parameter = space.parameters[parameters[i]];
    std::vector<double> values;
    for (const auto& observation : observations) values.push_back(observation[i]);
    dimensions_.push_back(parameter.kind == Parameter::Kind::choice
                              ? choice_dimension(parameter, values)
                              : number_dimension(parameter, values));
  }
}

ParzenEstimator::Dimension ParzenEstimator::number_dimension(const Parameter& parameter,
                                                             const std::vector<double>& values) {
  Dimension dimension{&parameter, scaled(parameter, parameter.low - half_step(parameter)),
                      scaled(parameter, parameter.high + half_step(parameter))};
  const double width = dimension.high - dimension.low;
  const std::size_t count = values.size();
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  dimension.kernels.resize(count);
  const double least = width / std::min(100.0, 2.0 + static_cast<double>(count));
  const auto mean = [&](std::size_t place) { return scaled(parameter, values[order[place]]); };
  for (std::size_t place = 0; place < count; ++place) {
    // As wide as the larger gap to a neighbour; the ends of the range are no neighbours, but of a
    // single kernel.
    const bool first = place == 0, last = place + 1 == count;
    const double before = mean(place) - (first ? dimension.low : mean(place - 1));
    const double behind = (last ? dimension.high : mean(place + 1)) - mean(place);
    double sigma = std::max(before, behind);
    if (count > 1 && first) sigma = behind;
    if (count > 1 && last) sigma = before;
    dimension.kernels[order[place]] = {mean(place), std::clamp(sigma, least, width)};
  }
  dimension.kernels.push_back({0.5 * (dimension.low + dimension.high), width});
  return dimension;
}

ParzenEstimator::Dimension ParzenEstimator::choice_dimension(const Parameter& parameter,
                                                             const std::vector<double>& values) {
  Dimension dimension{&parameter};
  const std::size_t choices = parameter.choices.size();
  const double kernels = static_cast<double>(values.size()) + 1;
  for (std::size_t i = 0; i <= values.size(); ++i) {
    std::vector<double> shares(choices, 1.0 / kernels);
    if (i < values.size()) shares[static_cast<std::size_t>(values[i])] += 1;
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    for (double& share : shares) share /= sum;
    dimension.shares.push_back(std::move(shares));
  }
  return dimension;
}

double ParzenEstimator::log_density(const Dimension& dimension, std::size_t kernel, double value) {
  const Parameter& parameter = *dimension.parameter;
  if (parameter.kind == Parameter::Kind::choice)
    return std::log(dimension.shares[kernel][static_cast<std::size_t>(value)]);
  const auto [mean, sigma] = dimension.kernels[kernel];
  const double whole =
      log_normal_mass((dimension.low - mean) / sigma, (dimension.high - mean) / sigma);
  if (parameter.kind == Parameter::Kind::integer) {
    const double half = half_step(parameter);
    return log_normal_mass((scaled(parameter, value - half) - mean) / sigma,
                           (scaled(parameter, value + half) - mean) / sigma) -
           whole;
  }
  const double x = (scaled(parameter, value) - mean) / sigma;
  return -0.5 * x * x - kLogRoot2Pi - std::log(sigma) - whole;
}

double ParzenEstimator::log_density(std::span<const double> values) const {
  std::vector<double> logs(weights_.size());
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t kernel = 0; kernel < weights_.size(); ++kernel) {
    logs[kernel] = std::log(weights_[kernel]);
    for (std::size_t i = 0; i < dimensions_.size(); ++i)
      logs[kernel] += log_density(dimensions_[i], kernel, values[i]);
    largest = std::max(largest, logs[kernel]);
  }
  if (std::isinf(largest)) return largest;
  double sum = 0;
  for (const double log : logs) sum += std::exp(log - largest);
  return largest + std::log(sum);
}

std::vector<double> ParzenEstimator::draw(std::span<const double> uniforms) const {
  std::size_t kernel = 0;
  double rest = uniforms[0];
  while (kernel + 1 < weights_.size() && rest >= weights_[kernel]) rest -= weights_[kernel++];
  std::vector<double> values;
  for (std::size_t i = 0; i < dimensions_.size(); ++i) {
    const Dimension& dimension = dimensions_[i];
    const Parameter& parameter = *dimension.parameter;
    double left = uniforms[i + 1];
    if (parameter.kind == Parameter::Kind::choice) {
      const auto& shares = dimension.shares[kernel];
      std::size_t choice = 0;
      while (choice + 1 < shares.size() && left >= shares[choice]) left -= shares[choice++];
      values.push_back(static_cast<double>(choice));
      continue;
    }
    const auto [mean, sigma] = dimension.kernels[kernel];
    const double x = mean + sigma * truncated_normal_quantile(left, (dimension.low - mean) / sigma,
                                                              (dimension.high - mean) / sigma);
    double value = parameter.log ? std::exp(x) : x;
    if (parameter.kind == Parameter::Kind::integer)
      value = parameter.low + std::round((value - parameter.low) / parameter.step) * parameter.step;
    values.push_back(std::clamp(value, parameter.low, parameter.high));
  }
  return values;
}

}  // namespace vit
