#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vit/core/metric.h"
#include "vit/report/csv.h"
#include "vit/report/line_chart.h"
#include "vit/report/section.h"

namespace vit {

/// What is known of a run when its report is written. What isn't known stays empty and is left out.
/// The texts may hold anything.
struct RunReport {
  std::string title;     ///< of the run
  std::string model;     ///< `vit_tiny_patch16_224`
  std::string dataset;   ///< `cifar10`
  std::string finished;  ///< date and time of the report

  std::optional<Headline> headline;  ///< what the run is judged by
  std::optional<double> chance;      ///< what a guess would reach of that, in percent
  KeyFigures figures;                ///< what else the evaluation found
  std::vector<Section> sections;     ///< what it has to show
  Metrics metrics;                   ///< of each epoch's evaluation: names and titles, no values
  std::optional<std::int64_t> best_epoch, epochs, parameters, threads;
  std::optional<double> images_per_s, training_seconds;
  std::optional<std::uint64_t> seed;
  std::string device;    ///< `CPU: AMD EPYC 9B14` or `CUDA: NVIDIA H200`
  std::string versions;  ///< `vit 0.1.0, LibTorch 2.13.0`

  std::vector<Series> schedules;  ///< what changes over the run by plan; x in epochs
  CsvTable history;               ///< summary.csv: one row an epoch
  std::string config;             ///< the resolved experiment, as YAML
  /// What the experiment changes, key by key: value before and now; and in what.
  struct Change {
    std::string key, before, now;
  };
  std::vector<Change> changes;
  std::string changed;                ///< `base.yaml`
  std::vector<std::string> commands;  ///< which repeat the run
  /// Where the seconds of the run went, by name.
  std::vector<std::pair<std::string, double>> time_split;
  std::vector<std::pair<std::string, std::string>> environment;
  std::vector<std::string> warnings;
};

}  // namespace vit
