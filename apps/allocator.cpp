#include "apps/allocator.h"

#include <cstdint>

#ifdef VIT_TCMALLOC
/// The flag behind TCMALLOC_LARGE_ALLOC_REPORT_THRESHOLD, which is read before main: gperftools
/// installs no header for it. Weak, so that a release without it does.
namespace FLAG__namespace_do_not_use_directly_use_DECLARE_int64_instead {
[[gnu::weak]] extern std::int64_t FLAGS_tcmalloc_large_alloc_report_threshold;
}

void vit::cli::quiet_allocator() {
  using namespace FLAG__namespace_do_not_use_directly_use_DECLARE_int64_instead;
  if (&FLAGS_tcmalloc_large_alloc_report_threshold != nullptr)
    FLAGS_tcmalloc_large_alloc_report_threshold = 0;
}
#else
void vit::cli::quiet_allocator() {}
#endif
