#include "vit/train/load_watch.h"

#include <omp.h>
#include <sys/resource.h>

#include <chrono>
#include <cstdlib>

namespace vit {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kInterval{100};
/// Interruptions of this process in a second. Who shares a core with another is interrupted each
/// few milliseconds; alone, by the kernel's own threads a few times.
constexpr double kOfOtherWork = 40;
/// Intervals without them after which the other work is over.
constexpr int kQuietIntervals = 20;

/// How often the kernel has taken the processor from a thread of this process that wanted it.
long interruptions() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

}  // namespace

/// A thread with an OpenMP team of its own, all of which sleep, of more members than there are
/// processors. libgomp ends them with the thread.
class LoadWatch::Sleepers {
 public:
  Sleepers() : thread_([this] { sleep(); }) {}
  ~Sleepers() {
    {
      const std::lock_guard lock(mutex_);
      end_ = true;
    }
    ended_.notify_all();
    thread_.join();
  }
  Sleepers(const Sleepers&) = delete;
  Sleepers& operator=(const Sleepers&) = delete;

 private:
  void sleep() {
    std::atomic<int> members = 0;
    const int wanted = omp_get_num_procs() + 1;
#pragma omp parallel num_threads(wanted)
    ++members;
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return end_; });
  }

  std::mutex mutex_;
  std::condition_variable ended_;
  bool end_ = false;
  std::thread thread_;
};

LoadWatch::LoadWatch() : thread_([this] { watch(); }) {}

LoadWatch::~LoadWatch() {
  {
    const std::lock_guard lock(mutex_);
    end_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void LoadWatch::watch() {
  std::unique_ptr<Sleepers> sleepers;
  long before = interruptions();
  Clock::time_point last = Clock::now();
  int quiet = 0;
  std::unique_lock lock(mutex_);
  while (!ended_.wait_for(lock, kInterval, [this] { return end_; })) {
    const long now = interruptions();
    const Clock::time_point time = Clock::now();
    const double rate =
        static_cast<double>(now - before) / std::chrono::duration<double>(time - last).count();
    before = now;
    last = time;
    quiet = rate < kOfOtherWork ? quiet + 1 : 0;
    if (quiet == 0 && sleepers == nullptr) sleepers = std::make_unique<Sleepers>();
    if (quiet >= kQuietIntervals) sleepers.reset();
    busy_ = sleepers != nullptr;
  }
}

bool watch_load() {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr)
    return false;
  static const LoadWatch of_program;
  return true;
}

}  // namespace vit
