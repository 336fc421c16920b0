#include "vit/kernels/primitive_sets.h"
#include "vit/kernels/vec_avx512.h"
#include "vit/kernels/vector_int8.h"
#include "vit/kernels/vector_primitives.h"

namespace vit::kernels {

constinit const Primitives<float> avx512_bf16_float =
    VectorPrimitives<Avx512<Beside512::vnni_bf16>, float>::all();
constinit const Primitives<Bf16> avx512_bf16_bf16 =
    VectorPrimitives<Avx512<Beside512::vnni_bf16>, Bf16>::all();
constinit const Int8Primitives avx512_bf16_int8 = VectorInt8<Avx512<Beside512::vnni_bf16>>::all();

}  // namespace vit::kernels
