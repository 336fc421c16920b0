#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vit/report/append_file.h"
#include "vit/report/csv.h"
#include "vit/report/events.h"
#include "vit/report/jsonl.h"
#include "vit/report/section.h"
#include "vit/report/tensorboard.h"

namespace vit {

/// Where a run that goes on was stopped.
struct ResumePoint {
  std::int64_t epoch = 0;   ///< finished epochs
  std::int64_t update = 0;  ///< updates of the weights
};

/// The checksum of an update in `updates.crc32`: loss, gradient norm, learning rate and samples, to
/// the bit.
[[nodiscard]] std::string update_sum(const UpdateEvent& event);

/// Writes what happens in a run: `summary.csv` (a row an epoch), `metrics.jsonl` and TensorBoard's
/// events (loss, gradient norm, learning rate and speed of single updates now and then, metrics
/// and the weights' histograms each epoch, images at the end), and `updates.crc32`, a checksum of
/// each update, by which a repetition of the run is held against it. But for times, all of them are
/// functions of the run alone, however often it was stopped and gone on with.
class RunRecorder final : public Observer {
 public:
  /// Into an existing run directory. A resumed run first loses the rows beyond its checkpoint, so
  /// that none is there twice. `metrics`: those of an evaluation; each has a column `eval_NAME`;
  /// `parts`: of a training step, `train_NAME`. A table that is there keeps the columns that it
  /// has. `hparams`: what TensorBoard compares runs by.
  RunRecorder(const std::filesystem::path& folder, std::optional<ResumePoint> resumed,
              const Metrics& metrics, const Metrics& parts = {}, const HParams& hparams = {});
  void on_batch(const BatchEvent& event) override { last_batch_ = event; }
  void on_update(const UpdateEvent& event) override;
  void on_epoch(const EpochEvent& event) override;
  /// Shows TensorBoard the images of a report's sections, each under its section's title.
  void show(const std::vector<Section>& sections, std::int64_t update);
  /// Writes the rows that could not be written before. Throws Error (resource) where they still
  /// cannot.
  void write_rows();
  /// Tells TensorBoard that the run is complete.
  void complete();

 private:
  /// Runs `write`; a full disk is no reason to end a training run: it is told once, and false.
  bool try_to(const std::function<void()>& write);
  void open_update_sums(const std::filesystem::path& file, std::optional<ResumePoint> resumed);

  std::vector<std::string> columns_;  // of summary.csv
  std::optional<CsvWriter> summary_;
  std::optional<JsonlWriter> metrics_;
  std::optional<TensorBoardWriter> events_;
  std::deque<std::vector<CsvCell>> rows_;  // of summary.csv that wait for space
  std::optional<AppendFile> update_sums_;
  BatchEvent last_batch_;
  bool has_hparams_ = false, told_ = false;
};

}  // namespace vit
