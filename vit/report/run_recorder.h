#pragma once

#include <filesystem>
#include <optional>

#include "vit/report/csv.h"
#include "vit/report/jsonl.h"
#include "vit/report/tensorboard.h"
#include "vit/train/observer.h"

namespace vit {

/// Where a run that goes on was stopped.
struct ResumePoint {
  std::int64_t epoch = 0;   ///< finished epochs
  std::int64_t update = 0;  ///< updates of the weights
};

/// Writes what happens in a run: `summary.csv` (a row an epoch), `metrics.jsonl` (losses now and
/// then, metrics each epoch) and TensorBoard's events.
class RunRecorder final : public Observer {
 public:
  /// Into an existing run directory. A resumed run first loses the rows beyond its checkpoint, so
  /// that none is there twice.
  RunRecorder(const std::filesystem::path& folder, std::optional<ResumePoint> resumed);
  void on_batch(const BatchEvent& event) override;
  void on_epoch(const EpochEvent& event) override;

 private:
  std::optional<CsvWriter> summary_;
  std::optional<JsonlWriter> metrics_;
  std::optional<TensorBoardWriter> events_;
  std::int64_t last_recorded_update_ = 0;
};

}  // namespace vit
