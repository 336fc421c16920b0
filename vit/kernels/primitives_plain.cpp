#include "vit/kernels/primitive_sets.h"
#include "vit/kernels/vec_plain.h"
#include "vit/kernels/vector_primitives.h"

namespace vit::kernels {

constinit const Primitives<float> plain_float = VectorPrimitives<PlainVec, float>::all();
constinit const Primitives<Bf16> plain_bf16 = VectorPrimitives<PlainVec, Bf16>::all();

}  // namespace vit::kernels
