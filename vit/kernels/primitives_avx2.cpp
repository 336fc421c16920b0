#include "vit/kernels/primitive_sets.h"
#include "vit/kernels/vec_avx2.h"
#include "vit/kernels/vector_int8.h"
#include "vit/kernels/vector_primitives.h"

namespace vit::kernels {

constinit const Primitives<float> avx2_float = VectorPrimitives<Avx2, float>::all();
constinit const Primitives<Bf16> avx2_bf16 = VectorPrimitives<Avx2, Bf16>::all();
constinit const Int8Primitives avx2_int8 = VectorInt8<Avx2>::all();

}  // namespace vit::kernels
