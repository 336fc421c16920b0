#pragma once

#include <ATen/core/Generator.h>
#include <c10/core/Device.h>

#include <map>

#include "vit/core/rng.h"

namespace vit {

/// The source of a training step's random masks (dropout, drop path) on this thread, while the
/// object lives: nothing is drawn from LibTorch's global generators, so that a step is a function
/// of its Rng alone and a resumed run repeats it.
class RandomScope {
 public:
  explicit RandomScope(Rng rng);
  ~RandomScope();
  RandomScope(const RandomScope&) = delete;
  RandomScope& operator=(const RandomScope&) = delete;

  /// The innermost scope's generator for `device`. Throws Error (usage) where no scope is alive.
  static at::Generator generator(c10::Device device);

 private:
  std::uint64_t seed_;
  std::map<c10::DeviceType, at::Generator> generators_;
  RandomScope* outer_;
};

}  // namespace vit
