#include "vit/train/lr_finder.h"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "vit/data/sampler.h"
#include "vit/train/freeze.h"
#include "vit/train/train_step.h"

namespace vit {

double steepest_rate(const std::vector<double>& rates, const std::vector<double>& losses) {
  const auto least =
      static_cast<std::size_t>(std::min_element(losses.begin(), losses.end()) - losses.begin());
  double fastest = 0, found = rates.empty() ? 0 : rates[least] / 10;
  // Over a few points, so that one lucky batch decides nothing.
  constexpr std::size_t kSpan = 5;
  // Not over the first ones, where the mean is of few batches and falls or rises by chance.
  const std::size_t first = std::min<std::size_t>(10, rates.size() / 5);
  for (std::size_t i = first; i + kSpan <= least; ++i) {
    const double slope = (losses[i + kSpan] - losses[i]) / std::log(rates[i + kSpan] / rates[i]);
    if (slope >= fastest) continue;
    fastest = slope;
    found = rates[i + kSpan / 2];
  }
  return found;
}

LrFinding find_lr(TrainingParts& parts, double low, double high, std::int64_t updates) {
  constexpr double kMemory = 0.95, kRisen = 4.0;
  LrFinding finding;
  Network& network = parts.task.network();
  set_learning(network, frozen_parameters(network, parts.train.freeze), false);
  train_mode(network);
  GradScalerState scaler;
  TrainStep step(step_parts(parts), scaler);
  LoaderOptions options = parts.loader;
  options.drop_last = parts.train_data.size() >= options.batch_size;
  double mean = 0, least = std::numeric_limits<double>::infinity();
  std::int64_t update = 0;
  for (std::int64_t epoch = 0; update < updates; ++epoch) {
    EpochLoader loader(parts.train_data, parts.train_pipeline, parts.task.collator(Split::train),
                       shuffled_order(parts.train_data.size(), parts.seed, epoch), epoch, options);
    for (auto batch = loader.next(); batch && update < updates; batch = loader.next(), ++update) {
      const double rate = low * std::pow(high / low, static_cast<double>(update) /
                                                         static_cast<double>(updates - 1));
      const double loss = step.whole(batch->to(parts.device), {epoch, update}, {.lr = rate}).loss;
      mean = kMemory * mean + (1 - kMemory) * loss;
      const double smoothed = mean / (1 - std::pow(kMemory, static_cast<double>(update + 1)));
      if (!std::isfinite(loss) || smoothed > kRisen * least) {
        finding.suggestion = steepest_rate(finding.rates, finding.losses);
        return finding;
      }
      least = std::min(least, smoothed);
      finding.rates.push_back(rate);
      finding.losses.push_back(smoothed);
    }
  }
  finding.suggestion = steepest_rate(finding.rates, finding.losses);
  return finding;
}

}  // namespace vit
