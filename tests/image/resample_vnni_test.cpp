#include "vit/image/resample_vnni.h"

#include "tests/image/same_as_plain.h"
#include "tests/support/skip.h"

using namespace vit;

#ifdef VIT_HAS_AVX2_VARIANT

TEST_CASE("VNNI gives the bits of the plain loops") {
  if (!has_vnni()) {
    vit::test::skip("this processor lacks the instructions");
    return;
  }
  test::check_same_as_plain(resample_rows_vnni, resample_columns_vnni);
}

#endif
