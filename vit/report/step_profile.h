#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace vit {

/// A stretch of time in which one thing was done.
struct TraceEvent {
  std::string name;
  std::string part;  ///< of the model, or empty
  double start_us = 0, duration_us = 0;
};

/// Where the time of some training steps went.
struct StepProfile {
  /// A part of the model, the numbers of its blocks left out: `blocks.*.attn.qkv`. What has no
  /// weights of its own (an attention, an addition) counts to the module whose weights were used
  /// before it.
  struct Part {
    std::string name;
    double forward = 0, backward = 0;  ///< seconds
  };
  std::int64_t steps = 0;
  double seconds = 0;  ///< from the first step to the last one's end
  double wait = 0, forward = 0, backward = 0, update = 0;  ///< of these
  std::vector<Part> parts;                                 ///< the longest first
  std::vector<TraceEvent> trace;                           ///< phases, and the operators in them
};

}  // namespace vit
