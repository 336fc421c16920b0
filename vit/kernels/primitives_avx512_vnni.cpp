#include "vit/kernels/primitive_sets.h"
#include "vit/kernels/vec_avx512.h"
#include "vit/kernels/vector_int8.h"

namespace vit::kernels {

constinit const Int8Primitives avx512_vnni_int8 = VectorInt8<Avx512<Beside512::vnni>>::all();

}  // namespace vit::kernels
