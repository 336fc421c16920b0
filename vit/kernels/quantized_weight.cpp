#include "vit/kernels/quantized_weight.h"

#include <algorithm>

#include "vit/kernels/row_chunks.h"

namespace vit::kernels {

void pack_quantized(const Int8Primitives& int8, const Int8* v, std::int64_t out, std::int64_t in,
                    Int8* packed) {
  for (std::int64_t n = 0; n < out; n += kPanel)
    int8.pack_transposed(v + n * in, in, std::min(kPanel, out - n), in, packed + n * in);
}

}  // namespace vit::kernels
