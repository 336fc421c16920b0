#pragma once

#include <ATen/record_function.h>

#include <chrono>

namespace vit {

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Where the time of an epoch's training part goes.
struct StepTimes {
  double wait = 0, forward = 0, backward = 0, update = 0, total = 0;  // seconds

  /// The share of the time outside forward, backward and update.
  [[nodiscard]] double overhead() const {
    return total > 0 ? (total - forward - backward - update) / total : 0.0;
  }
};

/// Runs `work` and adds its seconds to `sum`; profilers hear of it as `phase`.
template <class Work>
auto timed(const char* phase, double& sum, const Work& work) {
  RECORD_USER_SCOPE(phase);
  struct Adder {
    double& sum;
    Stopwatch watch;
    ~Adder() { sum += watch.seconds(); }
  } adder{sum, {}};
  return work();
}

}  // namespace vit
