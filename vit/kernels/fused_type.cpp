#include "vit/kernels/fused_type.h"

#include <ATen/autocast_mode.h>
#include <torch/csrc/jit/frontend/tracer.h>

#include "vit/kernels/isa.h"

namespace vit::kernels {

bool bf16_is_fused() {
  // LibTorch's bf16 products on AMX are faster than ours without it.
  const bool better_there = supported_isa() == Isa::amx && active_isa() != Isa::amx;
  return active_isa() >= Isa::avx512_bf16 && !better_there;
}

bool int8_is_fast() { return active_isa() >= Isa::avx512_vnni; }

torch::ScalarType fused_type(const torch::Tensor& x) {
  constexpr auto kNone = torch::ScalarType::Undefined;
  if (!enabled() || !x.is_cpu() || x.numel() == 0 || torch::jit::tracer::isTracing()) return kNone;
  const auto type = x.scalar_type();
  if (at::autocast::is_autocast_enabled(at::kCPU)) {
    const bool ours = at::autocast::get_autocast_dtype(at::kCPU) == torch::kBFloat16 &&
                      (type == torch::kFloat32 || type == torch::kBFloat16);
    return ours && bf16_is_fused() ? torch::kBFloat16 : kNone;
  }
  return type == torch::kFloat32 && active_isa() >= Isa::avx512 ? type : kNone;
}

}  // namespace vit::kernels
