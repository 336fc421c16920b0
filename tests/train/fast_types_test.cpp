#include "vit/train/fast_types.h"

#include <torch/types.h>

#include <cstdlib>

#include "tests/catch.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/isa.h"
#include "vit/train/instruction_sets.h"

namespace {

/// A CPU with no more than this, while the object lives.
class Limited {
 public:
  explicit Limited(vit::kernels::Isa isa, const char* onednn)
      : before_(vit::kernels::active_isa()) {
    vit::kernels::limit_isa(isa);
    setenv("ONEDNN_MAX_CPU_ISA", onednn, 1);
  }
  ~Limited() {
    vit::kernels::limit_isa(before_);
    unsetenv("ONEDNN_MAX_CPU_ISA");
  }
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;

 private:
  vit::kernels::Isa before_;
};

}  // namespace

TEST_CASE("A CPU without AVX-512 is fast in fp32 alone, and auto takes that") {
  const Limited limited(vit::kernels::Isa::avx2, "avx2");
  const vit::FastTypes fast = vit::fast_types(c10::kCPU);
  CHECK_FALSE(fast.bf16);
  CHECK_FALSE(fast.fp16);
  CHECK_FALSE(fast.int8);
  CHECK(vit::chosen_type("auto", c10::kCPU, "train.amp") == "fp32");
}

TEST_CASE("A type that is asked for is taken, fast or not") {
  const Limited limited(vit::kernels::Isa::avx2, "AVX2");
  for (const char* type : {"fp32", "bf16", "fp16", "int8"})
    CHECK(vit::chosen_type(type, c10::kCPU, "train.amp") == type);
}

TEST_CASE("AVX-512 with VNNI is fast in int8, with BF16 also in bf16") {
  using vit::kernels::Isa;
  const Isa most = vit::kernels::supported_isa();
  if (most < Isa::avx512) return;
  {
    const Limited limited(Isa::avx512, "AVX512_CORE");
    CHECK_FALSE(vit::fast_types(c10::kCPU).int8);
    CHECK_FALSE(vit::fast_types(c10::kCPU).bf16);
  }
  if (most < Isa::avx512_vnni) return;
  {
    const Limited limited(Isa::avx512_vnni, "AVX512_CORE_VNNI");
    CHECK(vit::fast_types(c10::kCPU).int8);
    CHECK_FALSE(vit::fast_types(c10::kCPU).bf16);
    CHECK(vit::chosen_type("auto", c10::kCPU, "--dtype") == "fp32");
  }
  if (most < Isa::avx512_bf16) return;
  const Limited limited(most, "ALL");
  CHECK(vit::fast_types(c10::kCPU).bf16);
  CHECK(vit::chosen_type("auto", c10::kCPU, "--dtype") == "bf16");
}

TEST_CASE("What LibTorch may use is fast as well, where our kernels may not") {
  if (!vit::cpu_has("avx512_bf16")) return;
  const Limited limited(vit::kernels::Isa::plain, "AVX512_CORE_BF16");
  CHECK(vit::fast_types(c10::kCPU).bf16);
  CHECK_FALSE(vit::fast_types(c10::kCPU).int8);
}
