#include "vit/kernels/primitive_sets.h"
#include "vit/kernels/vec_plain.h"
#include "vit/kernels/vector_int8.h"
#include "vit/kernels/vector_primitives.h"

namespace vit::kernels {

constinit const Primitives<float> plain_float = VectorPrimitives<PlainVec, float>::all();
constinit const Primitives<Bf16> plain_bf16 = VectorPrimitives<PlainVec, Bf16>::all();
constinit const Int8Primitives plain_int8 = VectorInt8<PlainVec>::all();

}  // namespace vit::kernels
