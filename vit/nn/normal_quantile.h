#pragma once

namespace vit {

/// The x below which a standard normal number is with probability p in (0, 1), to about 16 digits:
/// Wichura 1988, "Algorithm AS 241: The percentage points of the normal distribution", PPND16.
/// Several times faster than by the inverse error function, which LibTorch finds by iteration.
[[nodiscard]] double normal_quantile(double p);

}  // namespace vit
