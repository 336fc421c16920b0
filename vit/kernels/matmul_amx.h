#pragma once

#include "vit/kernels/primitives.h"

/// Products in AMX tiles: Primitives<Bf16>::matmul, Int8Primitives::matmul and release, for a CPU
/// that has them and a process that may use them (kernels/isa.h finds out).
namespace vit::kernels {

void amx_matmul(std::int64_t m, std::int64_t n, std::int64_t k, const Bf16* a, std::int64_t lda,
                const Bf16* b, std::int64_t ldb, float* c, std::int64_t ldc, bool add);

void amx_matmul_int8(std::int64_t m, std::int64_t n, std::int64_t k, const std::uint8_t* a,
                     std::int64_t lda, const Int8* b, std::int64_t ldb, float* c, std::int64_t ldc);

/// Gives up this thread's tile configuration: whoever uses tiles next, as LibTorch does, finds them
/// as a new thread would.
void amx_release();

}  // namespace vit::kernels
