#include "vit/train/instruction_sets.h"

#include <algorithm>
#include <utility>

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace vit {
namespace {

std::vector<std::string_view> detect_sets() {
  std::vector<std::string_view> sets;
  const auto add = [&](bool there, std::string_view name) {
    if (there) sets.push_back(name);
  };
#if defined(__x86_64__)
  // Whether the operating system keeps the registers as well.
  const bool avx = __builtin_cpu_supports("avx"), avx512 = __builtin_cpu_supports("avx512f");
  add(avx, "avx");
  add(__builtin_cpu_supports("avx2") != 0, "avx2");
  add(__builtin_cpu_supports("fma") != 0, "fma");
  add(avx512, "avx512f");
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) {
    const auto bit = [](unsigned word, int index) { return (word >> index & 1u) != 0; };
    const unsigned avx512_words = c, amx_words = d;
    unsigned of_leaf_1 = 0;
    if (a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d) != 0) of_leaf_1 = a;
    add(avx && bit(of_leaf_1, 4), "avx_vnni");
    add(avx512 && bit(avx512_words, 11), "avx512_vnni");
    add(avx512 && bit(of_leaf_1, 5), "avx512_bf16");
    add(avx512 && bit(amx_words, 23), "avx512_fp16");
    add(avx512 && bit(amx_words, 22), "amx_bf16");
    add(avx512 && bit(amx_words, 25), "amx_int8");
  }
#elif defined(__aarch64__)
  constexpr unsigned long kSve = 1ul << 22, kBf16 = 1ul << 14;  // Linux's HWCAP_SVE, HWCAP2_BF16
  add((getauxval(AT_HWCAP) & kSve) != 0, "sve");
  add((getauxval(AT_HWCAP2) & kBf16) != 0, "arm_bf16");
#endif
  return sets;
}

}  // namespace

std::vector<std::string_view> instruction_sets() {
  static const std::vector<std::string_view> found = detect_sets();
  return found;
}

bool cpu_has(std::string_view set) {
  const std::vector<std::string_view> all = instruction_sets();
  return std::find(all.begin(), all.end(), set) != all.end();
}

}  // namespace vit
