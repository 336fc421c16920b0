#pragma once

#include <string_view>

namespace vit::kernels {

/// The instruction sets that have kernels of their own, each a superset of the one before.
enum class Isa { plain, avx2, avx512, avx512_vnni, avx512_bf16, amx };

[[nodiscard]] std::string_view name(Isa isa);

/// What this CPU can run.
[[nodiscard]] Isa supported_isa();

/// What the kernels use: the best that is supported, at most what the environment variable
/// VIT_CPU_ISA (one of these names) or `limit_isa` allows. Throws Error (usage) where VIT_CPU_ISA
/// is no such name.
[[nodiscard]] Isa active_isa();

/// Uses no more than this from now on; more than the CPU has is cut to what it has.
void limit_isa(Isa isa);

/// While one lives, the modules take LibTorch's own operators instead of our kernels.
class PlainScope {
 public:
  PlainScope();
  ~PlainScope();
  PlainScope(const PlainScope&) = delete;
  PlainScope& operator=(const PlainScope&) = delete;
};

/// False while a PlainScope lives, or where VIT_FUSED=0 is set.
[[nodiscard]] bool enabled();

}  // namespace vit::kernels
