#include "vit/train/interrupt.h"

#include <csignal>

namespace vit {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "it is set in a signal handler");

void request_stop(int signal) {
  stop_requested = true;
  std::signal(signal, SIG_DFL);  // the next one ends the process
}

}  // namespace

InterruptScope::InterruptScope() {
  stop_requested = false;
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
}

InterruptScope::~InterruptScope() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

const std::atomic<bool>& InterruptScope::requested() const { return stop_requested; }

}  // namespace vit
