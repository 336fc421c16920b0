#include "vit/kernels/isa.h"

#include <ATen/Parallel.h>
#include <ATen/native/CPUBlas.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <string>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/fields.h"
#include "vit/core/log.h"
#include "vit/kernels/agreement.h"
#include "vit/kernels/probe.h"

namespace vit::kernels {
namespace {

constexpr std::array<std::string_view, 6> kNames{"plain",       "avx2",        "avx512",
                                                 "avx512_vnni", "avx512_bf16", "amx"};

Isa detect() {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  const bool vnni = avx512 && __builtin_cpu_supports("avx512vnni");
  const bool bf16 = vnni && __builtin_cpu_supports("avx512bf16");
  // AMX also needs the operating system's leave, which LibTorch has asked for, and has traps that
  // end a program: it is tried in a copy of it.
  if (bf16 && __builtin_cpu_supports("amx-int8") &&
      at::native::cpublas::could_pack(at::kBFloat16)) {
    if (survives([] {
          at::set_num_threads(1);
          return agrees_with_plain(Isa::amx);
        }))
      return Isa::amx;
    log::warn("this CPU has AMX, but products with it fail; AVX-512 is used");
  }
  if (bf16) return Isa::avx512_bf16;
  if (vnni) return Isa::avx512_vnni;
  if (avx512) return Isa::avx512;
  if (avx2) return Isa::avx2;
#endif
  return Isa::plain;
}

Isa from_environment() {
  const char* text = std::getenv("VIT_CPU_ISA");
  if (text == nullptr || *text == '\0') return supported_isa();
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if (kNames[i] == text) return std::min(static_cast<Isa>(i), supported_isa());
  const std::vector<std::string> names(kNames.begin(), kNames.end());
  const std::string near = nearest(text, names);
  throw Error(ErrorKind::usage, "VIT_CPU_ISA", str("unknown instruction set `", text, "`"),
              near.empty() ? "use plain, avx2, avx512, avx512_vnni, avx512_bf16 or amx"
                           : str("did you mean `", near, "`?"));
}

std::atomic<int>& limit() {
  static std::atomic<int> value{static_cast<int>(from_environment())};
  return value;
}

std::atomic<int> plain_scopes{0};

}  // namespace

std::string_view name(Isa isa) { return kNames[static_cast<std::size_t>(isa)]; }

Isa supported_isa() {
  static const Isa found = detect();
  return found;
}

Isa active_isa() { return static_cast<Isa>(limit().load(std::memory_order_relaxed)); }

void limit_isa(Isa isa) { limit() = static_cast<int>(std::min(isa, supported_isa())); }

PlainScope::PlainScope() { ++plain_scopes; }
PlainScope::~PlainScope() { --plain_scopes; }

bool enabled() {
  static const bool wanted = [] {
    const char* text = std::getenv("VIT_FUSED");
    return text == nullptr || std::string_view(text) != "0";
  }();
  return wanted && plain_scopes.load(std::memory_order_relaxed) == 0;
}

}  // namespace vit::kernels
