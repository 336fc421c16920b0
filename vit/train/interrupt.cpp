#include "vit/train/interrupt.h"

#include <csignal>

namespace vit {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "it is set in a signal handler");

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGUSR1};

void request_stop(int) {
  stop_requested = true;
  for (const int signal : kSignals) std::signal(signal, SIG_DFL);  // the next one ends the process
}

}  // namespace

InterruptScope::InterruptScope() {
  stop_requested = false;
  for (const int signal : kSignals) std::signal(signal, request_stop);
}

InterruptScope::~InterruptScope() {
  for (const int signal : kSignals) std::signal(signal, SIG_DFL);
}

const std::atomic<bool>& InterruptScope::requested() const { return stop_requested; }

}  // namespace vit
