#include "vit/train/instruction_sets.h"

#include <fstream>
#include <sstream>
#include <string>

#include "tests/catch.h"

TEST_CASE("The instruction sets are those that the kernel names in /proc/cpuinfo") {
  std::ifstream file("/proc/cpuinfo");
  std::string flags;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("flags")) flags = line + " ";
  if (flags.empty()) return;  // no x86
  for (const char* set : {"avx", "avx2", "fma", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16",
                          "avx512_fp16", "amx_bf16", "amx_int8"}) {
    INFO(set);
    CHECK(vit::cpu_has(set) == (flags.find(std::string(" ") + set + " ") != std::string::npos));
  }
  CHECK_FALSE(vit::cpu_has("avx1024"));
}
