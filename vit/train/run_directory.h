#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vit/io/file_descriptor.h"

namespace vit {

/// Where the files of a run lie; the Contract's names in one place.
class RunDirectory {
 public:
  explicit RunDirectory(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  [[nodiscard]] std::filesystem::path config() const { return root_ / "config.yaml"; }
  [[nodiscard]] std::filesystem::path environment() const { return root_ / "env.json"; }
  /// What the run is and what became of it, in a few hundred bytes.
  [[nodiscard]] std::filesystem::path record() const { return root_ / "run.json"; }
  [[nodiscard]] std::filesystem::path summary() const { return root_ / "summary.csv"; }
  [[nodiscard]] std::filesystem::path metrics() const { return root_ / "metrics.jsonl"; }
  [[nodiscard]] std::filesystem::path log() const { return root_ / "log.txt"; }
  [[nodiscard]] std::filesystem::path last_checkpoint() const {
    return root_ / "checkpoints/last.safetensors";
  }
  [[nodiscard]] std::filesystem::path best_checkpoint() const {
    return root_ / "checkpoints/best.safetensors";
  }
  /// An older checkpoint, of this update of the weights.
  [[nodiscard]] std::filesystem::path kept_checkpoint(std::int64_t update) const;
  /// The older checkpoints that are there, the newest first.
  [[nodiscard]] std::vector<std::filesystem::path> kept_checkpoints() const;
  /// What is kept of an update that was not finite: the state before it, and its samples.
  [[nodiscard]] std::filesystem::path trouble_checkpoint(std::int64_t update) const;
  [[nodiscard]] std::filesystem::path trouble_samples(std::int64_t update) const;
  [[nodiscard]] std::filesystem::path torchscript() const { return root_ / "model.pt"; }
  /// What the best weights answer for each sample of the evaluation, where answers are right or
  /// wrong: `index,right,truth,predicted,probability`.
  [[nodiscard]] std::filesystem::path predictions() const { return root_ / "predictions.csv"; }
  /// A checksum of each update: eight digits and a line end.
  [[nodiscard]] std::filesystem::path update_sums() const { return root_ / "updates.crc32"; }
  /// Checksums of what must be the same where the run is repeated.
  [[nodiscard]] std::filesystem::path checksums() const { return root_ / "run.sha256"; }
  [[nodiscard]] std::filesystem::path report() const { return root_ / "report.html"; }
  [[nodiscard]] std::filesystem::path done() const { return root_ / "DONE"; }

  /// Whether a run has left anything here.
  [[nodiscard]] bool used() const;
  /// Makes the folders, sweeps out what killed processes left half-written, and tries a write, so
  /// that a run that could not save fails before it starts.
  /// Throws Error (resource).
  void create() const;

 private:
  std::filesystem::path root_;
};

/// Keeps a second process out of a run directory while the object lives. Throws Error (resource)
/// where another one is in it. The kernel drops the lock when the process dies, whatever killed it.
class RunLock {
 public:
  explicit RunLock(const RunDirectory& run);

 private:
  void tell_owner() const;

  FileDescriptor fd_;
};

/// Whether a process is training in a run directory now: it holds its lock. Asking keeps nobody
/// from starting there.
[[nodiscard]] bool is_locked(const RunDirectory& run);

/// `runs/NAME`, or `runs/NAME-2`, `runs/NAME-3` … where runs have been there before.
[[nodiscard]] std::filesystem::path free_run_directory(const std::filesystem::path& parent,
                                                       const std::string& name);

}  // namespace vit
