#include "vit/image/resample_avx2.h"

#include "tests/image/same_as_plain.h"
#include "tests/support/skip.h"

using namespace vit;

#ifdef VIT_HAS_AVX2_VARIANT

TEST_CASE("AVX2 gives the bits of the plain loops") {
  if (!has_avx2()) {
    vit::test::skip("this processor lacks the instructions");
    return;
  }
  test::check_same_as_plain(resample_rows_avx2, resample_columns_avx2);
}

#endif
