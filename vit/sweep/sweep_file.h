#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vit/config/yaml_problem.h"
#include "vit/core/fields.h"
#include "vit/sweep/space.h"

namespace vit {

/// When ASHA stops to compare, in epochs; the share 1 / eta goes on.
struct AshaOptions {
  std::int64_t min_epochs = 1;
  std::int64_t eta = 3;
  std::string promote = "late";
  std::string sampler = "random";
};

/// A sweep as its file says it, but for the space.
struct SweepOptions {
  std::string experiment;            ///< relative to the sweep's file; "": `command` is run
  std::vector<std::string> command;  ///< a program of the user's that prints the metric
  std::string method = "random";
  std::optional<std::int64_t> trials;
  std::int64_t seed = 0;
  std::string metric;     ///< "": the task's first
  std::string direction;  ///< "": the metric's own
  std::string pick = "best";
  std::int64_t threads = 0;
  std::int64_t parallel = 4;
  std::string on_error = "continue";
  bool latency = false;
  std::int64_t epochs = 0;  ///< of a command under ASHA
  std::string title;
  AshaOptions asha;
};
void describe(FieldVisitor& visitor, SweepOptions& options);

/// An evaluation of a finished trial under other conditions than it was trained for.
struct AlsoEvaluated {
  std::string name;
  std::vector<std::string> sets;  ///< `key=value`
};

struct SweepFile {
  SweepOptions options;
  Space space;
  std::vector<AlsoEvaluated> also;
  std::vector<std::string> sets;         ///< of every trial, `key=value`
  std::vector<std::string> constraints;  ///< as they were written
  std::filesystem::path folder;          ///< that names in it are relative to
  std::string text;                      ///< the file as YAML, one line a key, its bases in it

  /// Whether its trials are trained here, and not by a program of the user's.
  [[nodiscard]] bool trains() const { return options.command.empty(); }
  /// The experiment that is varied.
  [[nodiscard]] std::filesystem::path experiment() const { return folder / options.experiment; }
};

/// Reads a sweep; `sets` (`key=value`) come into its `set`, which is what every trial has. Throws
/// Error (usage) that lists what is wrong with file:line:column, unknown keys with the nearest
/// known name among it.
[[nodiscard]] SweepFile load_sweep(const std::filesystem::path& file,
                                   const std::vector<std::string>& sets = {});

/// Reads the `space` of a sweep; what is wrong is appended to `problems`.
[[nodiscard]] Space read_space(const YamlNode& node, std::vector<YamlProblem>& problems);

}  // namespace vit
