#pragma once

#include <string_view>
#include <vector>

namespace vit {

/// The instruction sets of this CPU that make a difference to what is computed here, by the names
/// that the Linux kernel gives them in /proc/cpuinfo; of ARM's, `arm_bf16`.
[[nodiscard]] std::vector<std::string_view> instruction_sets();
[[nodiscard]] bool cpu_has(std::string_view set);

}  // namespace vit
