#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vit/core/metric.h"
#include "vit/report/terminal.h"

namespace vit {

/// Where a run is. Epochs and steps count from 1; what isn't known stays empty.
struct StepStatus {
  std::int64_t epoch = 0, epochs = 0;
  std::int64_t step = 0, steps = 0;  ///< within the epoch
  double loss = 0;
  Metrics parts{};  ///< what else is known of training; of those in percent the first is shown
  std::optional<double> images_per_s{};
  std::optional<double> seconds_left{};  ///< of the whole run
  bool evaluating = false;
  std::vector<double> losses{};        ///< of the run so far, evenly spaced, for a sparkline
  std::optional<double> wait_share{};  ///< of the time, that went by waiting for data
  std::optional<double> memory{};      ///< in bytes
};

/// What an epoch came to.
struct EpochSummary {
  std::int64_t epoch = 0, epochs = 0;
  double train_loss = 0;
  Metrics metrics{};  ///< of the evaluation: `loss`, and the first two in percent are shown
  std::optional<double> images_per_s{}, seconds{};
  bool best = false;  ///< the best epoch so far
};

/// A curve of values over a run of unknown length, in a bounded number of means of as many values
/// each.
class CurveHistory {
 public:
  /// What is not finite is left out.
  void add(double value);
  /// The means, from the first to the last; that of the last may be of fewer values.
  [[nodiscard]] std::vector<double> values() const;

 private:
  std::vector<double> means_;
  double sum_ = 0;
  std::int64_t count_ = 0, each_ = 1;
};

/// Values as one line of block characters in at most `columns` columns, the least as the lowest.
/// "" for fewer than two.
[[nodiscard]] std::string sparkline(const std::vector<double>& values, int columns, bool unicode);

/// The line of a status in at most `columns` columns, without colours. What fits least well is left
/// out first: the bar and the percentage stay down to 40 columns.
[[nodiscard]] std::string status_line(const StepStatus& status, int columns, bool unicode);
/// The line of an epoch, within the 79 columns that stay free on a terminal of 80: what fits least
/// well is left out, the second metric first.
[[nodiscard]] std::string epoch_line(const EpochSummary& summary);

/// Shows how a run goes on: on a terminal as one line that is rewritten ten times a second at most,
/// elsewhere as plain lines now and then (after 10 s and a tenth of the epoch, or after a minute).
/// May be used from several threads.
class Progress {
 public:
  explicit Progress(Terminal terminal = stderr_terminal());
  /// Removes the live line.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step(const StepStatus& status);
  /// Prints the line of a finished epoch, which stays.
  void epoch(const EpochSummary& summary);
  /// Prints a text, above the live line where there is one.
  void note(std::string_view text);
  /// Removes the live line; the next `step` brings it back.
  void clear();

 private:
  void print_above(const std::string& lines);
  void redraw();
  [[nodiscard]] bool is_due(const StepStatus& status, double now) const;

  Terminal terminal_;
  std::mutex mutex_;
  std::optional<StepStatus> shown_;  // what the last line, live or plain, said
  double shown_at_ = 0;              // in the terminal's seconds
  bool line_is_up_ = false;          // a live line is on the screen
};

}  // namespace vit
