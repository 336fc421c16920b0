#include "vit/train/fast_types.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "vit/core/log.h"
#include "vit/core/str.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/isa.h"
#include "vit/train/device.h"
#include "vit/train/instruction_sets.h"

namespace vit {
namespace {

/// Whether oneDNN, which multiplies for LibTorch, may use all that came with this instruction set
/// or before; it reads the variable as the user wrote it, in capitals or not.
bool onednn_may_use(std::string_view set) {
  constexpr std::array<std::string_view, 8> kInOrder{"SSE41",
                                                     "AVX",
                                                     "AVX2",
                                                     "AVX2_VNNI",
                                                     "AVX2_VNNI_2",
                                                     "AVX512_CORE",
                                                     "AVX512_CORE_VNNI",
                                                     "AVX512_CORE_BF16"};
  const char* limit = std::getenv("ONEDNN_MAX_CPU_ISA");
  if (limit == nullptr) limit = std::getenv("DNNL_MAX_CPU_ISA");
  if (limit == nullptr) return true;
  std::string name = limit;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const auto found = std::find(kInOrder.begin(), kInOrder.end(), name);
  return found >= std::find(kInOrder.begin(), kInOrder.end(), set);  // later names are not listed
}

FastTypes of_cpu() {
  FastTypes fast;
  fast.bf16 = (kernels::enabled() && kernels::bf16_is_fused()) ||
              (cpu_has("avx512_bf16") && onednn_may_use("AVX512_CORE_BF16")) || cpu_has("arm_bf16");
  fast.fp16 = cpu_has("avx512_fp16") && onednn_may_use("AVX512_CORE_FP16");
  fast.int8 = kernels::enabled() && kernels::int8_is_fast();
  return fast;
}

FastTypes of_gpu(c10::Device device) {
  const int capability = compute_capability(device);
  if (capability == 0) return {.bf16 = true, .fp16 = true};  // no driver that tells
  return {.bf16 = capability >= 80, .fp16 = capability >= 70};
}

std::string fastest(const FastTypes& fast) {
  if (fast.bf16) return "bf16";
  return fast.fp16 ? "fp16" : "fp32";
}

}  // namespace

FastTypes fast_types(c10::Device device) { return device.is_cpu() ? of_cpu() : of_gpu(device); }

std::string chosen_type(const std::string& dtype, c10::Device device, std::string_view option) {
  const FastTypes fast = fast_types(device);
  const std::string best = fastest(fast);
  if (dtype == "auto") return best;
  const bool slow = (dtype == "bf16" && !fast.bf16) || (dtype == "fp16" && !fast.fp16);
  if (slow)
    log::warn(str(option, ": ", dtype, " is emulated here, several times slower than fp32: ",
                  device.is_cpu() ? str("this CPU (", kernels::name(kernels::active_isa()), ")")
                                  : device_description(device),
                  " has no instructions for it; ", option, option.starts_with("--") ? " " : ": ",
                  best, " is the faster choice, and auto makes it"));
  return dtype;
}

}  // namespace vit
