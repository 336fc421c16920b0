#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace vit {

/// Where the files of a sweep lie.
class SweepFolder {
 public:
  explicit SweepFolder(std::filesystem::path root) : root_(std::move(root)) {}

  [[nodiscard]] const std::filesystem::path& root() const { return root_; }
  /// The sweep as it was begun, and the experiment that it varies with its bases in it: what trials
  /// are made from, so that a change of the originals leaves a sweep that has begun as it is.
  [[nodiscard]] std::filesystem::path sweep() const { return root_ / "sweep.yaml"; }
  [[nodiscard]] std::filesystem::path experiment() const { return root_ / "experiment.yaml"; }
  [[nodiscard]] std::filesystem::path journal() const { return root_ / "sweep.journal"; }
  [[nodiscard]] std::filesystem::path leaderboard() const { return root_ / "leaderboard.csv"; }
  [[nodiscard]] std::filesystem::path report() const { return root_ / "report.html"; }
  [[nodiscard]] std::filesystem::path workers() const { return root_ / "workers"; }
  [[nodiscard]] std::filesystem::path claims() const { return root_ / "workers/claims"; }
  /// A trial's run directory.
  [[nodiscard]] std::filesystem::path trial(std::int64_t number) const {
    std::string digits = std::to_string(number);
    if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
    return root_ / "trials" / digits;
  }

 private:
  std::filesystem::path root_;
};

}  // namespace vit
