#pragma once

#include "vit/report/events.h"
#include "vit/report/progress.h"

namespace vit {

/// An epoch as a person is told of it.
[[nodiscard]] EpochSummary epoch_summary(const EpochEvent& event);

/// Shows a training run on the terminal.
class ProgressObserver final : public Observer {
 public:
  void on_batch(const BatchEvent& event) override;
  void on_update(const UpdateEvent& event) override { losses_.add(event.loss); }
  void on_epoch(const EpochEvent& event) override;
  void on_note(const std::string& text) override { progress_.note(text); }

 private:
  Progress progress_;
  CurveHistory losses_;
};

}  // namespace vit
