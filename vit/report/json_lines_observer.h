#pragma once

#include <functional>
#include <optional>
#include <string>

#include "vit/report/events.h"

namespace vit {

/// Tells a training run to another program: a JSON object a line, each with its `event`: `batch`
/// (at most one a second), `epoch`, `note`.
class JsonLinesObserver final : public Observer {
 public:
  /// `write` is given one line at a time, without its end. `seconds`: a clock that never goes back;
  /// the system's unless given.
  explicit JsonLinesObserver(std::function<void(const std::string&)> write,
                             std::function<double()> seconds = {});
  void on_batch(const BatchEvent& event) override;
  void on_epoch(const EpochEvent& event) override;
  void on_note(const std::string& text) override;

 private:
  std::function<void(const std::string&)> write_;
  std::function<double()> seconds_;
  std::optional<double> told_at_;
};

}  // namespace vit
