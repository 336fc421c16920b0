#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace vit {

/// Has OpenMP's threads sleep at once where they wait for each other, as long as this machine has
/// other work for its processors: a thread that spins then takes the time of the one that it waits
/// for. On a quiet machine they spin first, as before (see vit/core/thread_waits.h), which is
/// faster.
///
/// libgomp spins for 100 rounds only, some microseconds, where a program has more OpenMP threads
/// than processors. While other work interrupts this process, the object keeps so many, which
/// sleep.
class LoadWatch {
 public:
  LoadWatch();
  ~LoadWatch();
  LoadWatch(const LoadWatch&) = delete;
  LoadWatch& operator=(const LoadWatch&) = delete;

  /// Whether other work has been seen a moment ago.
  [[nodiscard]] bool busy() const { return busy_; }

 private:
  class Sleepers;
  void watch();

  std::atomic<bool> busy_ = false;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

/// Watches the load from the first call on until the program ends; does nothing where the user says
/// by OMP_WAIT_POLICY or GOMP_SPINCOUNT how threads wait. False then.
bool watch_load();

}  // namespace vit
