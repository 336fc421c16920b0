#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vit/experiment/experiment.h"
#include "vit/metrics/paired_tests.h"
#include "vit/report/csv.h"
#include "vit/run/run_list.h"

namespace vit {

/// A run that is compared, with what its files tell.
struct ComparedRun {
  RunEntry entry;
  Experiment experiment;
  CsvTable history;  ///< summary.csv
};

/// Runs whose configs differ by the seed alone, in what has a say in results.
struct RunGroup {
  std::string name;
  std::vector<std::size_t> runs;  ///< places in Comparison::runs
  std::vector<double> values;     ///< best values of the metric, of those runs that have one
  double mean = 0;                ///< NaN without values
  double deviation = 0;           ///< standard deviation over seeds (n - 1); NaN below two values
};

/// A key in which the groups differ, with each group's value.
struct GroupDifference {
  std::string key;
  std::vector<std::string> values;
};

/// Two runs on the same images.
struct ImageComparison {
  std::size_t a = 0, b = 0;  ///< places in Comparison::runs
  std::int64_t images = 0;
  std::int64_t only_a = 0, only_b = 0;  ///< on how many only this one is right
  double p = 1;                         ///< McNemar's test, exact
};

/// How a group differs from the first.
struct GroupComparison {
  std::size_t group = 0;
  double difference = 0;                ///< of the means of the metric, this one minus the first
  std::int64_t pairs = 0;               ///< seeds that both have; 0: nothing pairs their runs
  std::optional<Interval95> interval;   ///< bootstrap over seeds; none where there is one seed
  std::vector<ImageComparison> images;  ///< of pairs of the same seed, else of the first runs
  std::string no_images;                ///< why there is none
};

struct Comparison {
  Metric metric;  ///< no value
  std::vector<ComparedRun> runs;
  std::vector<RunGroup> groups;
  std::vector<GroupDifference> differences;
  std::vector<GroupComparison> comparisons;  ///< one for each group but the first
};

/// Compares runs by the metric of this name (""; by that which decides in the first run). Throws
/// Error (usage) where something is no run, or a run does not have the metric.
[[nodiscard]] Comparison compare_runs(const std::vector<std::filesystem::path>& runs,
                                      const std::string& metric = "");

/// The comparison as one HTML page that needs nothing else.
[[nodiscard]] std::string comparison_page(const Comparison& comparison);

/// How a group differs from the first one, in a sentence or two, for people.
[[nodiscard]] std::vector<std::string> comparison_text(const Comparison& comparison,
                                                       const GroupComparison& one);

/// `71.20 ± 0.31 %`
[[nodiscard]] std::string group_value_text(const Metric& metric, const RunGroup& group);

}  // namespace vit
