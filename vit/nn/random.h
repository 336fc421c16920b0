#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <map>
#include <optional>

#include "vit/core/rng.h"

namespace vit {

/// The source of a training step's random masks (dropout, drop path) on this thread, while the
/// object lives: nothing is drawn from LibTorch's global generators, so that a step is a function
/// of its Rng alone and a resumed run repeats it.
class RandomScope {
 public:
  /// `drop_path_factor` scales every rate of stochastic depth: a schedule's value for the update.
  explicit RandomScope(Rng rng, double drop_path_factor = 1.0);
  /// Where a scope stands: one made of it goes on with the same numbers.
  struct Snapshot {
    std::uint64_t seed = 0;
    double drop_path_factor = 1.0;
    std::map<c10::DeviceType, at::Tensor> generators;
  };
  explicit RandomScope(const Snapshot& snapshot);
  ~RandomScope();
  RandomScope(const RandomScope&) = delete;
  RandomScope& operator=(const RandomScope&) = delete;

  /// The innermost scope's generator for `device`. Throws Error (usage) where no scope is alive.
  static at::Generator generator(c10::Device device);
  /// The innermost scope's factor; 1 where no scope is alive.
  static double drop_path_factor();
  /// Of the innermost scope; nothing where no scope is alive.
  static std::optional<Snapshot> snapshot();

 private:
  std::uint64_t seed_;
  double drop_path_factor_;
  std::map<c10::DeviceType, at::Generator> generators_;
  RandomScope* outer_;
};

}  // namespace vit
