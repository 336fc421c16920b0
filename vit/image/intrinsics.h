#pragma once

// The compiler's vector instructions, for files that compile functions for several processors.

#if defined(__x86_64__) && defined(__GNUC__)
#if !defined(__clang__)
// GCC's own start from undefined registers (bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#endif
