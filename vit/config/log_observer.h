#pragma once

#include "vit/core/log.h"
#include "vit/train/observer.h"

namespace vit {

/// What a person should know of a run goes to the log file too.
class LogObserver final : public Observer {
 public:
  void on_note(const std::string& text) override { log::debug(text); }
};

}  // namespace vit
