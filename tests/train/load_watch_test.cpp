#include "vit/train/load_watch.h"

#include <omp.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/catch.h"

namespace {

using Clock = std::chrono::steady_clock;

/// More threads that never wait than there are processors.
class OtherWork {
 public:
  OtherWork() {
    for (int i = 0; i < 2 * omp_get_num_procs(); ++i)
      threads_.emplace_back([this] {
        while (!end_) ++rounds_;
      });
  }
  ~OtherWork() {
    end_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  OtherWork(const OtherWork&) = delete;
  OtherWork& operator=(const OtherWork&) = delete;

 private:
  std::atomic<bool> end_ = false;
  std::atomic<long> rounds_ = 0;
  std::vector<std::thread> threads_;
};

int threads_of_process() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("Threads:")) return std::atoi(line.c_str() + 8);
  return 0;
}

bool within(std::chrono::seconds time, const auto& condition) {
  for (const auto end = Clock::now() + time; Clock::now() < end;) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace

TEST_CASE(
    "Work beside it is seen, kept up with by threads that sleep, and forgotten when it ends") {
  const int before = threads_of_process();
  {
    const vit::LoadWatch watch;
    {
      const OtherWork other;
      REQUIRE(within(std::chrono::seconds(20), [&] { return watch.busy(); }));
      // The sleepers: as many as there are processors, and the thread whose team they are.
      const int working = before + 1 + 2 * omp_get_num_procs();
      CHECK(within(std::chrono::seconds(5),
                   [&] { return threads_of_process() >= working + 1 + omp_get_num_procs(); }));
    }
    CHECK(within(std::chrono::seconds(60), [&] { return !watch.busy(); }));
  }
  CHECK(within(std::chrono::seconds(5), [&] { return threads_of_process() <= before; }));
}

TEST_CASE("Who says how threads wait is not interfered with") {
  const bool said = std::getenv("OMP_WAIT_POLICY") != nullptr;
  if (!said) setenv("OMP_WAIT_POLICY", "active", 1);
  CHECK_FALSE(vit::watch_load());
  if (!said) unsetenv("OMP_WAIT_POLICY");
}
