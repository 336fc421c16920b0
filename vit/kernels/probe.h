#pragma once

#include <functional>

namespace vit::kernels {

/// Whether `check` returns true in a copy of this process: an illegal instruction, any other crash
/// or 10 s without an answer there mean no, and cost nothing here. For instructions that a CPU
/// says it has, but that a library or a virtual machine may not let run. `check` must start no
/// threads: those of the pools are not in the copy.
[[nodiscard]] bool survives(const std::function<bool()>& check);

}  // namespace vit::kernels
