#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "vit/train/run_directory.h"

namespace vit {

/// SHA-256 of what must be the same, to the byte, where a run is repeated, by file: checkpoints,
/// the exported model, what was predicted, and each update. Of summary.csv and metrics.jsonl what
/// is left without times and speeds.
using RunChecksums = std::map<std::string, std::string>;

/// Of a run's files as they are. Throws Error (resource) where one cannot be read.
[[nodiscard]] RunChecksums run_checksums(const RunDirectory& directory);

/// Writes run.sha256, which `sha256sum -c` reads too: it checks the whole files, and takes the
/// tables for comments.
void write_run_checksums(const RunDirectory& directory, const RunChecksums& sums);

/// Reads run.sha256; empty where there is none. Throws Error (data) where it is damaged.
[[nodiscard]] RunChecksums read_run_checksums(const RunDirectory& directory);

/// summary.csv without its times and speeds.
[[nodiscard]] std::string repeatable_summary(const RunDirectory& directory);
/// metrics.jsonl without them, line by line.
[[nodiscard]] std::string repeatable_metrics(const RunDirectory& directory);

}  // namespace vit
