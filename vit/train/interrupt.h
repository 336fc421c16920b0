#pragma once

#include <atomic>

namespace vit {

/// While the object lives, the first Ctrl-C (SIGINT), SIGTERM or SIGUSR1 (a scheduler's warning)
/// asks the run to stop at its next update instead of ending the process; a second one ends it at
/// once.
class InterruptScope {
 public:
  InterruptScope();
  ~InterruptScope();
  InterruptScope(const InterruptScope&) = delete;
  InterruptScope& operator=(const InterruptScope&) = delete;

  [[nodiscard]] const std::atomic<bool>& requested() const;
};

}  // namespace vit
