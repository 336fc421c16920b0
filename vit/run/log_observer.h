#pragma once

#include "vit/core/log.h"
#include "vit/report/events.h"
#include "vit/report/progress_observer.h"

namespace vit {

/// What a person should know of a run goes to the log file too: its epochs and notes.
class LogObserver final : public Observer {
 public:
  void on_epoch(const EpochEvent& event) override {
    log::to_file(log::Level::info, epoch_line(epoch_summary(event)));
  }
  void on_note(const std::string& text) override { log::to_file(log::Level::info, text); }
};

}  // namespace vit
