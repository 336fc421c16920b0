#include "vit/kernels/primitives.h"

#include "vit/kernels/matmul_amx.h"
#include "vit/kernels/primitive_sets.h"

namespace vit::kernels {
namespace {

#if defined(__x86_64__)
/// AMX has tiles for the products; everything between them is AVX-512.
const Primitives<Bf16>& amx_bf16() {
  static const Primitives<Bf16> set = [] {
    Primitives<Bf16> with_tiles = avx512_bf16_bf16;
    with_tiles.matmul = amx_matmul;
    with_tiles.release = amx_release;
    with_tiles.chunk_rows = {64, 256};
    return with_tiles;
  }();
  return set;
}

const Int8Primitives& amx_int8() {
  static const Int8Primitives set = [] {
    Int8Primitives with_tiles = avx512_bf16_int8;
    with_tiles.matmul = amx_matmul_int8;
    with_tiles.release = amx_release;
    with_tiles.chunk_rows = {64, 256};
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
    case Isa::avx512_vnni:
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
    case Isa::avx512_vnni:
    case Isa::avx512: return avx512_bf16;
    case Isa::avx2: return avx2_bf16;
#endif
    default: return plain_bf16;
  }
}

const Int8Primitives& int8_primitives(Isa isa) {
  switch (isa) {
#if defined(__x86_64__)
    case Isa::amx: return amx_int8();
    case Isa::avx512_bf16: return avx512_bf16_int8;
    case Isa::avx512_vnni: return avx512_vnni_int8;
    case Isa::avx512: return avx512_int8;
    case Isa::avx2: return avx2_int8;
#endif
    default: return plain_int8;
  }
}

}  // namespace vit::kernels
