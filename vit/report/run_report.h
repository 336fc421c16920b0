#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vit/image/image.h"
#include "vit/report/csv.h"
#include "vit/report/heatmap.h"
#include "vit/report/line_chart.h"

namespace vit {

/// A class and the probability that a model gave it.
struct Guess {
  std::string label;
  double probability = 0;
};

/// A picture of the evaluation set and what the model made of it.
struct ReportSample {
  Image picture;
  std::string truth;
  std::vector<Guess> guesses;  ///< the most probable first
  bool correct = false;
  std::string source;  ///< the file it came from
};

/// What is known of a run when its report is written. What isn't known stays empty and is left out.
/// The texts may hold anything.
struct RunReport {
  std::string title;     ///< of the run
  std::string model;     ///< `vit_tiny_patch16_224`
  std::string dataset;   ///< `cifar10`
  std::string finished;  ///< date and time of the report

  std::optional<double> best_top1, best_top5, chance_top1;  ///< percent
  /// What else the evaluation found, by its own names: `loss`, `precision`, `f1` …
  std::vector<std::pair<std::string, double>> metrics;
  std::optional<std::int64_t> best_epoch, epochs, parameters, threads;
  std::optional<double> images_per_s, training_seconds;
  std::optional<std::uint64_t> seed;
  std::string device;    ///< `CPU: AMD EPYC 9B14` or `CUDA: NVIDIA H200`
  std::string versions;  ///< `vit 0.1.0, LibTorch 2.13.0`

  std::vector<Series> schedules;  ///< what changes over the run by plan; x in epochs
  CsvTable history;               ///< summary.csv: one row an epoch
  ConfusionMatrix confusion;      ///< of the evaluation, with the weights that are reported
  std::vector<ReportSample> samples;
  std::string config;  ///< the resolved experiment, as YAML
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> warnings;
};

}  // namespace vit
