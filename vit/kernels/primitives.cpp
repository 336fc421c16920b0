#include "vit/kernels/primitives.h"

#include <ATen/native/CPUBlas.h>

#include "vit/kernels/primitive_sets.h"

namespace vit::kernels {
namespace {

#if defined(__x86_64__)
/// Through LibTorch's block products, which are the way to AMX that it gives: the same packed
/// layout, k even (an odd one is an illegal instruction there).
void amx_matmul(std::int64_t m, std::int64_t n, std::int64_t k, const Bf16* a, std::int64_t lda,
                const Bf16* b, std::int64_t ldb, float* c, std::int64_t ldc, bool add) {
  at::native::cpublas::brgemm(m, n, k, lda, ldb, ldc, add, reinterpret_cast<const at::BFloat16*>(a),
                              reinterpret_cast<const at::BFloat16*>(b), c, /*is_vnni=*/true);
}

/// AMX has tiles for the products; everything between them is AVX-512.
const Primitives<Bf16>& amx_bf16() {
  static const Primitives<Bf16> set = [] {
    Primitives<Bf16> with_tiles = avx512_bf16_bf16;
    with_tiles.matmul = amx_matmul;
    with_tiles.release = [] { at::native::cpublas::brgemm_release(); };
    return with_tiles;
  }();
  return set;
}
#endif

}  // namespace

template <>
const Primitives<float>& primitives<float>(Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case Isa::amx:
    case Isa::avx512_bf16: return avx512_bf16_float;
    case Isa::avx512: return avx512_float;
    case Isa::avx2: return avx2_float;
#endif
    default: return plain_float;
  }
}

template <>
const Primitives<Bf16>& primitives<Bf16>(Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case Isa::amx: return amx_bf16();
    case Isa::avx512_bf16: return avx512_bf16_bf16;
    case Isa::avx512: return avx512_bf16;
    case Isa::avx2: return avx2_bf16;
#endif
    default: return plain_bf16;
  }
}

}  // namespace vit::kernels
