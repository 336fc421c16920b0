#include "vit/kernels/primitive_sets.h"
#include "vit/kernels/vec_avx512.h"
#include "vit/kernels/vector_int8.h"
#include "vit/kernels/vector_primitives.h"

namespace vit::kernels {

constinit const Primitives<float> avx512_float =
    VectorPrimitives<Avx512<Beside512::nothing>, float>::all();
constinit const Primitives<Bf16> avx512_bf16 =
    VectorPrimitives<Avx512<Beside512::nothing>, Bf16>::all();
constinit const Int8Primitives avx512_int8 = VectorInt8<Avx512<Beside512::nothing>>::all();

}  // namespace vit::kernels
