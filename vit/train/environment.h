#pragma once

#include <c10/core/Device.h>

#include <string>
#include <utility>
#include <vector>

namespace vit {

/// What a run depended on beside its config, as pairs for people: versions, processor, threads,
/// device, time. A result can only be repeated to the bit where these are the same.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> environment(c10::Device device);

/// What of that the bits of a result depend on, as far as the processor does the work.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> numeric_environment();

/// `2026-03-01T12:00:00Z`
[[nodiscard]] std::string utc_now();

/// `vit 0.1.0, LibTorch 2.13.0+cpu`
[[nodiscard]] std::string version_text();

}  // namespace vit
